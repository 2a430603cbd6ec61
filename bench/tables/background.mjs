// @ts-check
import { costOf, rangeOf, ratioOf } from '../measure/comparison.mjs'
import { measureRounds } from '../measure/rounds.mjs'
import { subject } from '../measure/subject.mjs'
import { goal } from '../report/goal.mjs'
import { paceOf } from './pace.mjs'

/** @type {import('../workload/scenario.mjs').Scenario} */
const scenario = { checks: 3, kind: 'slow', delayMs: 20, checkOptions: { intervalMs: 1000 } }

/** @type {import('../report/table.mjs').Table} */
export const background = {
  name: 'background',
  title: 'Readiness in background mode',
  about: `Three checks of 20 ms run by themselves each second (\`intervalMs\`). A readiness probe then
costs about what a liveness probe of the same process costs.`,
  async measure(context) {
    const subjects = [
      subject('**hale**, liveness', 'hale-serve', 'live', scenario),
      subject('**hale**, readiness', 'hale-serve', 'ready', scenario),
    ]
    const [live = [], ready = []] = await measureRounds(subjects, paceOf(context), context)
    const ratio = ratioOf(live, ready)
    return {
      columns: ['probe', 'CPU µs per request', 'of liveness', 'range', 'check runs per probe'],
      rows: [
        ['**hale**, liveness', costOf(live).microsPerRequest.toFixed(1), '1', '', ''],
        [
          '**hale**, readiness',
          costOf(ready).microsPerRequest.toFixed(1),
          ratio.median.toFixed(2),
          rangeOf(ratio),
          costOf(ready).runsPerProbe.toFixed(5),
        ],
      ],
      goals: [goal('readiness in background mode, of liveness', ratio.median, { atLeast: 0.9 })],
    }
  },
}
