import { madeReport } from '../core/check-report.ts'
import type { CheckReport } from '../core/report.ts'
import { isHealthy, type Status } from '../core/status.ts'
import type { Standing, Vote } from './verdict.ts'

// A map, not an object: a group may be named "constructor".
const ready = new Map([
  ['liveness', 'alive'],
  ['readiness', 'ready'],
  ['startup', 'started'],
])

/** The entry of a report that tells of the workers: the verdict, and how many are how. */
export function workersCheck(
  name: string,
  question: string,
  status: Status,
  votes: readonly Vote[],
  since: number,
): CheckReport {
  const of = (standing: Standing): readonly Vote[] => votes.filter((vote) => vote.standing === standing)
  const reporting = of('reporting')
  const good = votes.filter((vote) => isHealthy(vote.status)).length
  const text = `${good} of ${votes.length} workers are ${ready.get(question) ?? 'well'}`
  const data = {
    total: votes.length,
    up: reporting.filter((vote) => vote.status === 'UP').length,
    degraded: reporting.filter((vote) => vote.status === 'DEGRADED').length,
    down: reporting.filter((vote) => !isHealthy(vote.status)).length,
    starting: of('starting').length,
    leaving: of('leaving').length,
    silent: of('silent').length,
    missing: of('missing').length,
  }
  return madeReport(name, status, text, since, { data })
}
