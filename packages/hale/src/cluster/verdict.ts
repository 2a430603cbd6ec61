import { isHealthy, type Status, statuses } from '../core/status.ts'

/**
 * Whose health an answer is: `'this'` process alone, the `'worst'` or the `'best'` of all workers, or that of a
 * `'quorum'`, the best that so many of them reach.
 */
export type Verdict = (typeof verdicts)[number]

export const verdicts = ['this', 'worst', 'best', 'quorum'] as const

/**
 * How a worker stands: `reporting`; `starting` or `leaving`, which are not failures; `silent`, when it is there and
 * does not report; `missing`, when it died and nobody took its place.
 */
export type Standing = (typeof standings)[number]

export const standings = ['reporting', 'starting', 'leaving', 'silent', 'missing'] as const

/** What one worker says of one thing. */
export interface Vote {
  readonly standing: Standing
  readonly status: Status
}

/** How votes are counted. */
export interface CountingRule {
  readonly verdict: Exclude<Verdict, 'this'>
  /** How many workers a quorum is; without it more than half of those that are neither starting nor leaving. */
  readonly quorum?: number | undefined
  /** Whether every worker has been ready once: until then those that start are waited for. */
  readonly booted: boolean
}

/**
 * Counts votes. Every verdict is a place in the row of statuses from the best to the worst: the first, the last, or
 * that of the quorum. Workers that start or leave are left out as long as there is another, so that restarting them
 * one by one changes nothing; what is UP while a counted worker is not healthy is DEGRADED, so that none can hide.
 */
export function count(votes: readonly Vote[], { verdict, quorum, booted }: CountingRule): Status {
  if (votes.length === 0) return 'OUT_OF_SERVICE'
  const staying = votes.filter(
    ({ standing }) => standing !== 'leaving' && !(booted && standing === 'starting'),
  )
  const counted = (staying.length === 0 ? votes : staying).map(({ status }) => status)
  const sorted = bestFirst(counted)
  const status = verdict === 'quorum' ? ofQuorum(sorted, votes.length, quorum) : ofEnd(sorted, verdict)
  return status === 'UP' && !sorted.every(isHealthy) ? 'DEGRADED' : status
}

function ofEnd(sorted: readonly Status[], verdict: 'worst' | 'best'): Status {
  return sorted.at(verdict === 'best' ? 0 : -1) as Status
}

function ofQuorum(sorted: readonly Status[], votes: number, quorum: number | undefined): Status {
  if (quorum === undefined) return sorted[Math.floor(sorted.length / 2)] as Status
  // Those left out may make a fixed number up again once they are back; more than there are can never be reached.
  const leftOut: Status[] = Array(votes - sorted.length).fill('OUT_OF_SERVICE')
  return bestFirst([...sorted, ...leftOut])[quorum - 1] ?? 'DOWN'
}

function bestFirst(list: readonly Status[]): readonly Status[] {
  return [...list].sort((a, b) => statuses.indexOf(a) - statuses.indexOf(b))
}

/** The verdict that a request asked for; anything that is none changes nothing. */
export function asked<V extends Verdict>(wanted: string | undefined, usual: V, known: readonly V[]): V {
  return wanted === undefined ? usual : (known.find((verdict) => verdict === wanted) ?? usual)
}
