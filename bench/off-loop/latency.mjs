// @ts-check
// How long probes wait while the main loop is busy: `node bench/off-loop/latency.mjs`.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

if (process.send) await service()
else await measure()

async function service() {
  const { check, createHealth } = await import('hale')
  const { serveHealth } = await import('hale/node')
  const { serveOffLoop } = await import('hale/off-loop')
  const health = createHealth({ checks: { database: check(() => delay(2)) } })
  const options = { port: 0, host: '127.0.0.1' }
  const onLoop = await serveHealth(health, options)
  const offLoop = await serveOffLoop(health, { ...options, blockedAfterMs: 60_000 })
  process.send?.({ urls: { onLoop: onLoop.url, offLoop: offLoop.url } })
  process.on('message', async ({ busyMs, idleMs, forMs }) => {
    const until = performance.now() + forMs
    while (performance.now() < until) {
      const slice = performance.now() + busyMs
      while (performance.now() < slice);
      await delay(idleMs)
    }
  })
}

async function measure() {
  for (const [name, load] of /** @type {const} */ ([
    ['idle', { busyMs: 0, idleMs: 50, forMs: 0 }],
    ['90 % busy in slices of 50 ms', { busyMs: 50, idleMs: 5, forMs: 6000 }],
    ['blocked for 4 s', { busyMs: 4000, idleMs: 5, forMs: 1 }],
  ])) {
    for (const where of ['offLoop', 'onLoop']) {
      const child = fork(fileURLToPath(import.meta.url))
      const [{ urls }] = await once(child, 'message')
      const agent = new http.Agent({ keepAlive: true })
      for (let count = 0; count < 300; count++) await ask(agent, urls[where], count)
      child.send(load)
      const times = []
      const until = performance.now() + 3500
      await delay(50)
      for (let count = 0; performance.now() < until; count++) {
        times.push(await ask(agent, urls[where], count))
        await delay(5)
      }
      agent.destroy()
      child.kill()
      await once(child, 'exit')
      times.sort((a, b) => a - b)
      const at = (/** @type {number} */ share) => (times[Math.ceil(times.length * share) - 1] ?? 0).toFixed(1)
      console.log(
        `${name}, ${where}: ${times.length} probes, ms: p50 ${at(0.5)}, p99 ${at(0.99)}, worst ${at(1)}`,
      )
    }
  }
}

/**
 * @param {http.Agent} agent
 * @param {string} url
 * @param {number} count
 * @returns {Promise<number>} milliseconds
 */
function ask(agent, url, count) {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const path = count % 2 === 0 ? '/health/live' : '/health/ready'
    http
      .get(url + path, { agent }, (response) =>
        response.resume().on('end', () => resolve(performance.now() - begun)),
      )
      .on('error', reject)
  })
}
