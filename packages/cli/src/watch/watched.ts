import type { Status } from 'hale'
import type { EndpointCheck, EndpointReading } from '../endpoint/endpoint-answer.ts'

/** A status, or that nothing is known yet. */
export type WatchedStatus = Status | 'WAITING'

const kept = 200

/** Since when something is as it is; `seen` when the change itself was seen or told, else it is at least so long. */
export interface Since {
  readonly at: number
  readonly seen: boolean
}

/** One endpoint, and what has been learned of it. */
export interface Watched {
  /** Its address, as far as it may be shown. */
  readonly address: string
  readonly status: WatchedStatus
  readonly since?: Since
  readonly reading?: EndpointReading
  /** The last time that it told its name. */
  readonly service?: string
  /** In milliseconds, the oldest first; undefined for one without an answer. */
  readonly latencies: readonly (number | undefined)[]
  /** Since when its checks are as they are, by name. */
  readonly checks: ReadonlyMap<string, Since & { readonly status: Status }>
}

/** A status that changed between two readings. */
export interface Transition {
  readonly at: number
  /** The endpoint's place among all. */
  readonly endpoint: number
  /** Absent when it is of the endpoint as a whole. */
  readonly check?: string
  readonly from: Status
  readonly to: Status
  readonly message?: string
}

export function watched(address: string): Watched {
  return { address, status: 'WAITING', latencies: [], checks: new Map() }
}

/** What is known after one more reading, and what it changed, the first first. */
export function withReading(
  before: Watched,
  reading: EndpointReading,
  at: number,
  endpoint: number,
): { readonly watched: Watched; readonly transitions: readonly Transition[] } {
  const { status } = reading
  const first = before.status === 'WAITING'
  const same = before.status === status && before.since !== undefined
  const since = same ? before.since : { at, seen: !first }
  const service = reading.answered ? (reading.service ?? before.service) : before.service
  const answered = reading.answered ? reading.checks : undefined
  const checks = answered === undefined ? before.checks : checksAfter(before, answered, at)
  const latencies = [...before.latencies, reading.answered ? reading.durationMs : undefined].slice(-kept)
  const message = messageOf(reading)
  const whole: readonly Transition[] =
    before.status === 'WAITING' || before.status === status
      ? []
      : [{ at, endpoint, from: before.status, to: status, ...(message !== undefined && { message }) }]
  const own = (answered ?? []).flatMap((check) => transitionOf(check, before, at, endpoint))
  return {
    watched: {
      address: before.address,
      status,
      since,
      reading,
      ...(service !== undefined && { service }),
      latencies,
      checks,
    },
    // A check may say itself when it changed, which is before anybody saw it.
    transitions: [...whole, ...own].sort((one, other) => one.at - other.at),
  }
}

/** Why it is as it is, in one text: its own, or that of the check that decides. */
export function messageOf(reading: EndpointReading): string | undefined {
  if (!reading.answered || reading.message !== undefined) return reading.message
  if (reading.status === 'UP') return undefined
  const failing = sortedBySeverity(reading.checks).find(({ status }) => status !== 'UP')
  if (failing === undefined) return undefined
  return failing.message === undefined ? failing.name : `${failing.name}: ${failing.message}`
}

const severities: readonly Status[] = ['DOWN', 'OUT_OF_SERVICE', 'UNKNOWN', 'DEGRADED', 'UP']

/** The worst first, and critical ones before others: what is cut off at the end of the screen matters least. */
export function sortedBySeverity(checks: readonly EndpointCheck[]): readonly EndpointCheck[] {
  const rank = ({ status, critical }: EndpointCheck) =>
    severities.indexOf(status) * 2 + (critical === false ? 1 : 0)
  return [...checks].sort((a, b) => rank(a) - rank(b))
}

function checksAfter(before: Watched, answered: readonly EndpointCheck[], at: number): Watched['checks'] {
  const learned = before.status !== 'WAITING'
  return new Map(
    answered.map(({ name, status, since }) => {
      const known = before.checks.get(name)
      if (since !== undefined) return [name, { status, at: since, seen: true }]
      if (known?.status === status) return [name, known]
      return [name, { status, at, seen: learned && known !== undefined }]
    }),
  )
}

function transitionOf(
  { name, status, message, since }: EndpointCheck,
  before: Watched,
  at: number,
  endpoint: number,
): readonly Transition[] {
  const known = before.checks.get(name)
  if (known === undefined || known.status === status) return []
  // Its own time is better than ours, unless its clock is not ours.
  const when = since !== undefined && since > known.at && since <= at ? since : at
  const told = message === undefined ? {} : { message }
  return [{ at: when, endpoint, check: name, from: known.status, to: status, ...told }]
}
