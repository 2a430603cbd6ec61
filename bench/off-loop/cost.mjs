// @ts-check
// What `serveOffLoop` costs the main thread, the process and its memory: `node bench/off-loop/cost.mjs [seconds]`.
// Two services run at the same time, one with and one without; the difference of their main threads is the cost.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

if (process.send) await service(JSON.parse(process.argv[2] ?? '{}'))
else await measure(Number(process.argv[2] ?? 10))

/** @typedef {{ offLoop: boolean, checks: number, probed: boolean }} Scenario */

/** @param {Scenario} scenario */
async function service({ offLoop, checks, probed }) {
  const { check, createHealth, up } = await import('hale')
  const every = Object.fromEntries(
    Array.from({ length: checks }, (_, index) => [
      `check${index}`,
      check(() => up('well', { index }), { intervalMs: 1000 }),
    ]),
  )
  const health = createHealth({ checks: every })
  const before = process.memoryUsage().rss
  let url = ''
  const begun = performance.now()
  if (offLoop) {
    const { serveOffLoop } = await import('hale/off-loop')
    url = (await serveOffLoop(health, { port: 0, host: '127.0.0.1' })).url
  }
  const startMs = performance.now() - begun
  // Nothing else keeps it running.
  process.on('message', () => {})
  process.send?.({ startMs, url: probed ? url : '', bytes: process.memoryUsage().rss - before })
}

/** @param {number} seconds */
async function measure(seconds) {
  for (const [name, scenario] of /** @type {const} */ ([
    ['nothing happens', { checks: 0, probed: false }],
    ['3 background checks a second, 2 probes a second', { checks: 3, probed: true }],
    ['100 background checks a second, 2 probes a second', { checks: 100, probed: true }],
  ])) {
    const costs = []
    let started = { startMs: 0, bytes: 0 }
    for (let pair = 0; pair < 3; pair++) {
      const both = await Promise.all([true, false].map((offLoop) => start({ ...scenario, offLoop })))
      const url = both[0]?.url ?? ''
      started = both[0] ?? started
      const probing = setInterval(() => {
        for (const path of url ? ['/health/live', '/health/ready'] : []) fetch(url + path).catch(() => {})
      }, 1000)
      await delay(1500)
      const before = both.map(({ pid }) => mainThreadMs(pid))
      await delay(seconds * 1000)
      const [withIt = 0, without = 0] = both.map(({ pid }, index) => mainThreadMs(pid) - (before[index] ?? 0))
      clearInterval(probing)
      for (const { stop } of both) await stop()
      costs.push({ withIt, without, percent: (withIt - without) / (seconds * 10) })
    }
    costs.sort((a, b) => a.percent - b.percent)
    const { withIt, without, percent } = costs[1] ?? { withIt: 0, without: 0, percent: 0 }
    console.log(
      `${name}: main thread ${(withIt / seconds).toFixed(2)} ms/s with, ${(without / seconds).toFixed(2)} without: ` +
        `${percent.toFixed(3)} % of a core (${costs.map((cost) => cost.percent.toFixed(3)).join(', ')}); ` +
        `started in ${started.startMs.toFixed(0)} ms, ${(started.bytes / 2 ** 20).toFixed(1)} MiB`,
    )
  }
}

/** @param {Scenario} scenario */
async function start(scenario) {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(scenario)])
  const [{ startMs, url, bytes }] = await once(child, 'message')
  const stop = async () => {
    child.kill()
    await once(child, 'exit')
  }
  return { pid: child.pid ?? 0, startMs, url, bytes, stop }
}

/** CPU time of a process's main thread, from the kernel's scheduler. @param {number} pid */
function mainThreadMs(pid) {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}
