// @ts-check
import { costOf } from '../measure/comparison.mjs'
import { measureRounds } from '../measure/rounds.mjs'
import { subject } from '../measure/subject.mjs'
import { goal } from '../report/goal.mjs'
import { checkingPeers, guardedNest } from './contenders.mjs'
import { paceOf } from './pace.mjs'

/** @type {import('../workload/scenario.mjs').Scenario} */
const scenario = { checks: 1, kind: 'slow', delayMs: 20 }
const unkept = { ...scenario, checkOptions: { maxAgeMs: { up: 0, down: 0 } } }
const background = { ...scenario, checkOptions: { intervalMs: 1000 } }

/** @type {import('../report/table.mjs').Table} */
export const slowCheck = {
  name: 'slow-check',
  title: 'Readiness with a check that takes 20 ms',
  about: `64 connections ask without a pause. hale runs the check once for all who ask meanwhile, even
where no result is kept (\`maxAgeMs: 0\`). CPU time is the server's, without the work of a real check.`,
  async measure(context) {
    const hale = [
      subject('**hale**, as it is (results serve for 1 s)', 'hale-serve', 'ready', scenario),
      subject('**hale**, no result kept', 'hale-serve', 'ready', unkept),
      subject('**hale**, in the background (`intervalMs: 1000`)', 'hale-serve', 'ready', background),
    ]
    const subjects = [...hale, ...checkingPeers('ready', scenario, context.quick), guardedNest(scenario)]
    const slices = context.quick ? { rounds: 4, sliceMs: 150 } : { generations: 2, rounds: 6, sliceMs: 400 }
    const measured = await measureRounds(subjects, { ...paceOf(context), ...slices }, context)
    const costs = measured.map(costOf)
    return {
      columns: ['server', 'requests/s', 'CPU µs per request', 'check runs per probe'],
      rows: [
        ...subjects.map(({ label }, index) => rowOf(label, costs[index])),
        ['lightship', 'n/a', 'n/a', 'has no checks'],
      ],
      goals: hale.map(({ label }, index) =>
        goal(`${label}: check runs per probe`, costs[index]?.runsPerProbe ?? NaN, {
          atMost: 1 / 60,
          digits: 4,
        }),
      ),
    }
  },
}

/**
 * @param {string} label
 * @param {import('../measure/comparison.mjs').Cost | undefined} cost
 */
function rowOf(label, cost) {
  if (cost === undefined) throw new Error(`${label} was not measured`)
  const { requestsPerSecond, microsPerRequest, runsPerProbe } = cost
  return [label, requestsPerSecond.toFixed(0), microsPerRequest.toFixed(0), runsPerProbe.toFixed(5)]
}
