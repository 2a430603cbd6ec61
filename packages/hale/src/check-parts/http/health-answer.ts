import { type Status, worse } from '../../core/status.ts'

/** What another service's health endpoint says. */
export interface HealthAnswer {
  readonly status: Status
  /** The statuses of its components, by name; those within a component as `outer.inner`. */
  readonly components: Readonly<Record<string, Status>>
}

const mostComponents = 64
const deepest = 4

/** In lower case: application/health+json does not tell cases apart, and the others shout. */
const words: Readonly<Record<string, Status>> = {
  up: 'UP',
  pass: 'UP',
  ok: 'UP',
  healthy: 'UP',
  degraded: 'DEGRADED',
  warn: 'DEGRADED',
  unknown: 'UNKNOWN',
  out_of_service: 'OUT_OF_SERVICE',
  down: 'DOWN',
  fail: 'DOWN',
  error: 'DOWN',
  unhealthy: 'DOWN',
}

/**
 * Reads the body of a health endpoint: hale's own, Spring Boot Actuator's (v2 and v3), application/health+json,
 * MicroProfile Health, or anything of their kind; undefined when it is none. Nothing of its texts is kept, and names
 * only when they look like names.
 */
export function readHealthAnswer(text: string): HealthAnswer | undefined {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return undefined
  }
  const status = statusOf(answer)
  if (status === undefined) return undefined
  // Without a prototype, so that a component named __proto__ is a name like any other.
  const components: Record<string, Status> = Object.create(null)
  collect(answer, '', 0, components)
  // Actuator knows no such status, so that the whole of it may be UP with a component that is marked.
  const degraded = status === 'UP' && Object.values(components).includes('DEGRADED')
  return { status: degraded ? 'DEGRADED' : status, components }
}

function statusOf(value: unknown): Status | undefined {
  const { status } = asObject(value)
  if (typeof status !== 'string') return undefined
  const word = status.toLowerCase()
  const known = Object.hasOwn(words, word) ? words[word] : undefined
  // hale shows a DEGRADED as UP to those who read Actuator, and says so in its details.
  return known === 'UP' && asObject(asObject(value).details).degraded === true ? 'DEGRADED' : known
}

function collect(value: unknown, prefix: string, depth: number, into: Record<string, Status>): void {
  const { components, details, checks } = asObject(value)
  const entries = Object.entries({ components, details, checks }).flatMap(([member, held]) =>
    entriesOf(held).map(([name, entry]) => [member, name, entry] as const),
  )
  for (const [member, name, entry] of entries) {
    if (Object.keys(into).length >= mostComponents || depth >= deepest) return
    // application/health+json has a list a name, of one entry for each node.
    for (const one of Array.isArray(entry) ? entry : [entry]) {
      const status = statusOf(one)
      if (status === undefined || (depth === 0 && isOfTheWhole(member, name, one))) continue
      const path = `${prefix}${/^[A-Za-z][A-Za-z0-9_.:-]{0,63}$/.test(name) ? name : 'unnamed'}`
      into[path] = worse(into[path] ?? 'UP', status)
      collect(one, `${path}.`, depth + 1, into)
    }
  }
}

const ofTheApplication: ReadonlySet<string> = new Set(['name', 'status', 'message', 'version', 'uptime'])

/** Whether it tells of the service itself rather than of a component, which the status of the whole does already. */
function isOfTheWhole(member: string, name: string, entry: unknown): boolean {
  // hale's. A component of that name in another format, which may be such, has more to tell.
  if (member === 'details' && name === 'application')
    return Object.keys(asObject(entry)).every((key) => ofTheApplication.has(key))
  // application/health+json counts it among its checks.
  return member === 'checks' && name === 'uptime' && asObject(entry).componentType === 'system'
}

/** By name: of an object its keys, of a list what each entry says of itself. */
function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (!Array.isArray(value)) return Object.entries(asObject(value))
  return value.map((entry) => [String(asObject(entry).name), entry] as const)
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
