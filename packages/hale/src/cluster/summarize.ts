import type { Status } from '../core/status.ts'
import type { Place } from './roster.ts'
import { letterOf, type Reason, type Summary } from './summary.ts'
import type { WorkerState } from './worker-state.ts'

/** What a summary carries beside its rows. */
export type Course = Pick<Summary, 'booted' | 'draining'>

/** What all workers together say. */
export function summarize(places: readonly Place[], course: Course): Omit<Summary, 'started'> {
  const statuses = new Map(places.map((place) => [place, statusesOf(place.member?.state)]))
  const names = [...new Set([...statuses.values()].flatMap((known) => [...known.keys()]))]
  return {
    names,
    rows: places.map((place) => ({
      id: place.id,
      standing: place.standing,
      statuses: rowOf(statuses.get(place) ?? new Map(), names),
    })),
    reasons: reasonsOf(places),
    ...course,
  }
}

function rowOf(known: ReadonlyMap<string, Status>, names: readonly string[]): string {
  return known.size === 0 ? '' : names.map((name) => letterOf(known.get(name))).join('')
}

function statusesOf(state: WorkerState | undefined): ReadonlyMap<string, Status> {
  const known = new Map<string, Status>()
  for (const { name, status } of state?.groups ?? []) known.set(name, status)
  // A check that is switched off has no vote.
  for (const { name, status, enabled } of state?.checks ?? []) if (enabled) known.set(name, status)
  return known
}

function reasonsOf(places: readonly Place[]): Summary['reasons'] {
  const reasons: Record<string, { [S in Status]?: Reason }> = Object.create(null)
  const note = (name: string, status: Status, reason: Reason): void => {
    if (status === 'UP') return
    const known = reasons[name] ?? {}
    reasons[name] = known
    known[status] ??= reason
  }
  // Who leaves has the last word: it says of itself what concerns nobody else.
  const ordered = [...places].sort(
    (a, b) => Number(a.standing === 'leaving') - Number(b.standing === 'leaving'),
  )
  for (const { member } of ordered) {
    for (const { name, application } of member?.state?.groups ?? []) {
      const { status, message } = application
      note(name, status, message === undefined ? {} : { text: message })
    }
    for (const { name, status, error, message, since, enabled } of member?.state?.checks ?? []) {
      const text = error ?? message
      if (enabled) note(name, status, { ...(text !== undefined && { text }), since })
    }
  }
  return reasons
}
