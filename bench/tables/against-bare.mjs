// @ts-check
import { costOf, rangeOf, ratioOf } from '../measure/comparison.mjs'
import { measureRounds } from '../measure/rounds.mjs'
import { goal } from '../report/goal.mjs'
import { paceOf } from './pace.mjs'

/** @typedef {import('../measure/subject.mjs').Subject} Subject */

/**
 * hale and peers beside a bare server that does the same by hand.
 *
 * @param {readonly Subject[]} contenders the bare server first; each of hale's has a goal, 0.95 unless it names another
 * @param {readonly Subject[]} peers measured less often: they have no goal to be decided by a few percent
 * @param {import('../report/table.mjs').Context} context
 * @param {Partial<import('../measure/rounds.mjs').Pace>} [slower]
 * @returns {Promise<import('../report/table.mjs').Measured>}
 */
export async function measureAgainstBare(contenders, peers, context, slower) {
  const subjects = [...contenders, ...peers.map((peer) => ({ ...peer, everyRounds: 4 }))]
  const measured = await measureRounds(subjects, paceOf(context, slower), context)
  const [bare] = measured
  if (bare === undefined) throw new Error('Nothing to compare with')
  const results = subjects.map(({ label, atLeast = 0.95 }, index) => {
    const samples = measured[index] ?? []
    return { label, atLeast, cost: costOf(samples), ratio: ratioOf(bare, samples) }
  })
  const name = contenders[0]?.label.split(',')[0]
  return {
    columns: ['server', 'CPU µs per request', `of ${name}`, 'range'],
    rows: results.map(({ label, cost, ratio }, index) => [
      label,
      cost.microsPerRequest.toFixed(1),
      index === 0 ? '1' : ratio.median.toFixed(2),
      index === 0 ? '' : rangeOf(ratio),
    ]),
    goals: results
      .filter(({ label }) => label.includes('hale'))
      .map(({ label, ratio, atLeast }) => goal(`${label}, of ${name}`, ratio.median, { atLeast })),
  }
}
