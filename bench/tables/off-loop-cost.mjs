// @ts-check
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Child } from '../measure/child.mjs'
import { median } from '../measure/statistics.mjs'
import { goal } from '../report/goal.mjs'

const situations = [
  { label: 'nothing happens', checks: 0, probed: false },
  { label: '3 background checks, 2 probes a second', checks: 3, probed: true },
  { label: '100 background checks, 2 probes a second', checks: 100, probed: true },
]

/** @type {import('../report/table.mjs').Table} */
export const offLoopCost = {
  name: 'off-loop-cost',
  title: 'What answering off the loop costs the service',
  about: `Two equal services run at the same time, one with \`serveOffLoop\` and one without. The figure is what their
main threads differ by in CPU time, as the kernel's scheduler counts it: what is taken from the service's own work.
Background checks run once a second each. The probes' own answers are the thread's work and not counted. Start and
memory are those of the thread, its modules included.`,
  async measure({ quick, progress }) {
    const [pairs, seconds] = quick ? [1, 4] : [3, 10]
    const rows = []
    const goals = []
    for (const { label, checks, probed } of situations) {
      if (!existsSync('/proc/self/schedstat')) {
        rows.push([label, 'n/a: needs Linux', '', '', '', '', ''])
        continue
      }
      /** @type {Cost[]} */
      const costs = []
      for (let pair = 1; pair <= pairs; pair += 1) {
        progress(`${label}, pair ${pair} of ${pairs}`)
        costs.push(await costOfPair(checks, probed, seconds))
      }
      const middle = (/** @type {(cost: Cost) => number} */ figure) => median(costs.map(figure))
      const percents = costs.map(({ percent }) => percent)
      const percent = median(percents)
      rows.push([
        label,
        middle(({ withIt }) => withIt).toFixed(2),
        middle(({ without }) => without).toFixed(2),
        `${percent.toFixed(2)} %`,
        pairs === 1 ? '' : `${Math.min(...percents).toFixed(2)}–${Math.max(...percents).toFixed(2)}`,
        middle(({ startMs }) => startMs).toFixed(0),
        (middle(({ bytes }) => bytes) / 2 ** 20).toFixed(1),
      ])
      goals.push(goal(`${label}: share of a core`, percent, { atMost: 0.2, unit: ' %' }))
    }
    return {
      columns: ['the service', 'with it, ms/s', 'without, ms/s', 'of a core', 'range', 'start ms', 'MiB'],
      rows,
      goals,
    }
  },
}

/** @typedef {{ withIt: number, without: number, percent: number, startMs: number, bytes: number }} Cost in ms a second */

/**
 * @param {number} checks
 * @param {boolean} probed
 * @param {number} seconds
 * @returns {Promise<Cost>}
 */
async function costOfPair(checks, probed, seconds) {
  const [one, other] = [start({ checks, offLoop: true }), start({ checks, offLoop: false })]
  let probing
  try {
    const [{ url, startMs, bytes }] = await Promise.all([one.next(), other.next()])
    const probe = () => {
      for (const path of ['/health/live', '/health/ready']) fetch(url + path).catch(() => {})
    }
    probing = probed ? setInterval(probe, 1000) : undefined
    // Compiling and the first results are no part of what it costs to run.
    await delay(1500)
    const before = [mainThreadMs(one.pid), mainThreadMs(other.pid)]
    await delay(seconds * 1000)
    const withIt = (mainThreadMs(one.pid) - (before[0] ?? NaN)) / seconds
    const without = (mainThreadMs(other.pid) - (before[1] ?? NaN)) / seconds
    return { withIt, without, percent: (withIt - without) / 10, startMs, bytes }
  } finally {
    clearInterval(probing)
    await Promise.all([one.stop(), other.stop()])
  }
}

/** @param {import('../off-loop/idle-service.mjs').Scenario} scenario */
function start(scenario) {
  return new Child('off-loop/idle-service.mjs', { arguments: [JSON.stringify(scenario)] })
}

/** @param {number | undefined} pid */
function mainThreadMs(pid) {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}
