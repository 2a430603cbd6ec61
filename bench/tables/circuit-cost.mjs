// @ts-check
import { Child } from '../measure/child.mjs'
import { median } from '../measure/statistics.mjs'

/** @typedef {import('../circuit/timing.mjs').Timed} Timed */

const libraries = /** @type {const} */ (['bare', 'hale', 'opossum', 'cockatiel'])

/** @type {import('../report/table.mjs').Table} */
export const circuitCost = {
  name: 'circuit-cost',
  title: 'A call through a circuit',
  about: `Nanoseconds of CPU time for one awaited call that has its answer at once, so that nothing but the circuit is
measured. All are called in turns in the same process, in random order; the median of the rounds of several processes
is given. The bare call is the function itself: it resolves, or rejects with an \`Error\`, whose stack is most of what
any rejection costs. opossum gives a call no signal of its own.`,
  async measure({ quick, progress }) {
    const [processes, pace] = quick ? [1, { rounds: 3, calls: 8000 }] : [4, { rounds: 5, calls: 10_000 }]
    /** @type {Timed[]} */
    const timed = []
    for (let count = 1; count <= processes; count += 1) {
      progress(`process ${count} of ${processes}`)
      timed.push(...(await timeCalls(pace)))
    }
    const situations = [...new Set(timed.map(({ situation }) => situation))]
    const cell = (/** @type {string} */ situation, /** @type {string} */ library) => {
      const own = timed.filter(({ situation: at, library: by }) => at === situation && by === library)
      if (own.length === 0) return library === 'bare' ? '' : 'n/a'
      return median(own.flatMap(({ nanoseconds }) => nanoseconds)).toFixed(0)
    }
    return {
      columns: ['the circuit', 'the bare call', '**hale**', 'opossum', 'cockatiel'],
      rows: situations.map((situation) => [
        situation,
        ...libraries.map((library) => cell(situation, library)),
      ]),
      goals: [],
    }
  },
}

/**
 * @param {import('../circuit/timing.mjs').Pace} pace
 * @returns {Promise<Timed[]>}
 */
async function timeCalls(pace) {
  const child = new Child('circuit/timing.mjs')
  try {
    await child.next()
    return await child.ask({ ...pace })
  } finally {
    await child.stop()
  }
}
