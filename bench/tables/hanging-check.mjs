// @ts-check
import { setTimeout as delay } from 'node:timers/promises'
import { LoadProcess } from '../measure/load-process.mjs'
import { ServerProcess } from '../measure/server-process.mjs'
import { median } from '../measure/statistics.mjs'
import { goal } from '../report/goal.mjs'
import { hangingSubjects } from './hanging-subjects.mjs'

/** @type {import('../report/table.mjs').Table} */
export const hangingCheck = {
  name: 'hanging-check',
  title: 'A check that hangs: who answers',
  about: `The service is well, then its database stops answering, and the check ignores its abort signal.
When the last good result has aged, 200 probes ask at the same time, each with a limit of 8 s. (A
kubelet's limit is 1 s.) A 503 in time is the right answer; none at all tells the platform nothing.`,
  async measure(context) {
    const limitMs = context.quick ? 1500 : 8000
    const subjects = hangingSubjects(context.quick)
    const stages = await Promise.all(subjects.map(setUp))
    await delay(1500)
    // A second apart, each with a load generator of its own: an unanswered burst is waiting, not work.
    const results = await Promise.all(stages.map((stage, index) => burstAt(stage, index * 1000, limitMs)))
    return {
      columns: ['server', 'answered', 'status', 'median ms', 'slowest ms', 'check runs'],
      rows: [
        ...results.map(({ label, outcome, runs }) => [label, ...cellsOf(outcome), String(runs)]),
        ['lightship', 'n/a', 'has no checks', '', '', ''],
      ],
      goals: results
        .filter(({ label }) => label.includes('hale'))
        .map(({ label, outcome }) =>
          goal(`${label}: slowest of 200`, slowest(outcome), { atMost: 850, unit: ' ms', digits: 0 }),
        ),
    }
  },
}

/**
 * A service that was well and has answered some probes, and whose check hangs from now on.
 *
 * @param {import('../measure/subject.mjs').Subject} subject
 */
async function setUp({ label, ...spec }) {
  const [server, load] = await Promise.all([ServerProcess.start(spec), LoadProcess.start()])
  await server.healthyBody('ready')
  const target = { port: server.port, path: server.paths.ready, connections: 200 }
  for (let burst = 0; burst < 3; burst += 1) await load.burst(target, 2000)
  const { runs } = await server.usage({ hang: true })
  return { label, server, load, target, runsBefore: runs }
}

/**
 * @param {Awaited<ReturnType<typeof setUp>>} stage
 * @param {number} startAfterMs
 * @param {number} limitMs
 */
async function burstAt({ label, server, load, target, runsBefore }, startAfterMs, limitMs) {
  try {
    await delay(startAfterMs)
    const outcome = await load.burst(target, limitMs)
    const { runs } = await server.usage()
    return { label, outcome, runs: runs - runsBefore }
  } finally {
    await Promise.all([server.stop(), load.stop()])
  }
}

/** @param {import('../load/burst.mjs').BurstResult} outcome */
function cellsOf({ sent, latenciesMs, statuses }) {
  const answered = `${latenciesMs.length} of ${sent}`
  if (latenciesMs.length === 0) return [answered, 'none', '–', '–']
  return [answered, statuses.join(', '), median(latenciesMs).toFixed(0), Math.max(...latenciesMs).toFixed(0)]
}

/**
 * A probe without an answer is slower than any.
 *
 * @param {import('../load/burst.mjs').BurstResult} outcome
 */
function slowest({ sent, latenciesMs }) {
  return latenciesMs.length < sent ? Infinity : Math.max(...latenciesMs)
}
