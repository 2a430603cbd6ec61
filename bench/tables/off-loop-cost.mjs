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
  about: `Two equal services run at the same time, one with \`serveOffLoop\` and one without: three such pairs for
each line, all together. The figure is what their main threads differ by in CPU time, as the kernel's scheduler counts it: what is taken
from the service's own work. Background checks run once a second each. The probes' own answers are the thread's work
and not counted. Start and memory are those of the thread, its modules included.`,
  async measure({ quick, progress }) {
    const columns = ['the service', 'with it, ms/s', 'without, ms/s', 'of a core', 'range', 'start ms', 'MiB']
    if (!existsSync('/proc/self/schedstat')) return { columns, rows: [['n/a: needs Linux']], goals: [] }
    const [rounds, pairs, seconds] = quick ? [1, 1, 4] : [3, 3, 20]
    /** @type {(Cost & { readonly label: string })[]} */
    const costs = []
    for (let round = 1; round <= rounds; round += 1) {
      progress(`round ${round} of ${rounds}`)
      costs.push(...(await costsOf(Array.from({ length: pairs }, () => situations).flat(), seconds)))
    }
    const rows = []
    const goals = []
    for (const { label } of situations) {
      const own = costs.filter((cost) => cost.label === label)
      const middle = (/** @type {(cost: Cost) => number} */ figure) => median(own.map(figure))
      const percents = own.map(({ percent }) => percent)
      const percent = median(percents)
      rows.push([
        label,
        middle(({ withIt }) => withIt).toFixed(2),
        middle(({ without }) => without).toFixed(2),
        `${percent.toFixed(2)} %`,
        own.length === 1 ? '' : `${Math.min(...percents).toFixed(2)}–${Math.max(...percents).toFixed(2)}`,
        middle(({ startMs }) => startMs).toFixed(0),
        (middle(({ bytes }) => bytes) / 2 ** 20).toFixed(1),
      ])
      goals.push(goal(`${label}: share of a core`, percent, { atMost: 0.2, unit: ' %' }))
    }
    return { columns, rows, goals }
  },
}

/** @typedef {{ withIt: number, without: number, percent: number, startMs: number, bytes: number }} Cost in ms a second */

/**
 * @param {typeof situations} pairs
 * @param {number} seconds
 */
async function costsOf(pairs, seconds) {
  /** @type {Pair[]} */
  const started = []
  try {
    for (const situation of pairs) started.push(await Pair.start(situation))
    // Compiling, the first results and the engine's collecting after a start are no part of what it costs to run.
    await delay(10_000)
    for (const pair of started) pair.begin()
    await delay(seconds * 1000)
    return started.map((pair) => pair.cost())
  } finally {
    await Promise.all(started.map((pair) => pair.stop()))
  }
}

/** A service with `serveOffLoop` and its equal without. */
class Pair {
  #label
  #withIt
  #without
  #probing
  #begun = { at: 0, withIt: 0, without: 0 }

  /** @param {typeof situations[number]} situation */
  static async start({ label, checks, probed }) {
    const withIt = start({ checks, offLoop: true })
    const started = await withIt.next()
    const without = start({ checks, offLoop: false })
    await without.next()
    return new Pair(label, withIt, without, started, probed)
  }

  /**
   * @param {string} label
   * @param {Child} withIt
   * @param {Child} without
   * @param {{ url: string, startMs: number, bytes: number }} started
   * @param {boolean} probed
   */
  constructor(label, withIt, without, started, probed) {
    this.#label = label
    this.#withIt = withIt
    this.#without = without
    this.started = started
    const probe = () => {
      for (const path of ['/health/live', '/health/ready']) fetch(started.url + path).catch(() => {})
    }
    this.#probing = probed ? setInterval(probe, 1000) : undefined
  }

  begin() {
    this.#begun = this.#now()
  }

  /** @returns {Cost & { readonly label: string }} */
  cost() {
    const [now, begun] = [this.#now(), this.#begun]
    const seconds = (now.at - begun.at) / 1000
    const [withIt, without] = [(now.withIt - begun.withIt) / seconds, (now.without - begun.without) / seconds]
    const { startMs, bytes } = this.started
    return { label: this.#label, withIt, without, percent: (withIt - without) / 10, startMs, bytes }
  }

  async stop() {
    clearInterval(this.#probing)
    await Promise.all([this.#withIt.stop(), this.#without.stop()])
  }

  #now() {
    const [withIt, without] = [mainThreadMs(this.#withIt.pid), mainThreadMs(this.#without.pid)]
    return { at: performance.now(), withIt, without }
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
