import type { Status } from 'hale'
import type { EndpointBody, EndpointCheck, EndpointKind } from './endpoint-answer.ts'
import { jsonCheck } from './json-check.ts'
import { asObject, type JsonObject } from './json-object.ts'
import { safeText } from './safe-text.ts'
import { statusOfWord } from './status-word.ts'

const mostChecks = 256
const deepest = 4

/** Reads hale's own body (details by name or as a list), Actuator's, application/health+json or MicroProfile's. */
export function readJsonBody(text: string): EndpointBody | undefined {
  let root: JsonObject
  try {
    root = asObject(JSON.parse(text))
  } catch {
    return undefined
  }
  const status = statusOfWord(root.status)
  if (status === undefined) return undefined
  const kind = kindOf(root)
  const application = ownEntry(root, kind)
  const checks: EndpointCheck[] = []
  for (const [name, entry] of entriesOf(root, kind)) collect(name, entry, 0, checks)
  const service = safeText(root.service ?? root.serviceId)
  const version = safeText(application.version ?? root.releaseId)
  const message = safeText(application.message ?? root.output)
  return {
    kind,
    status: degradedWithin(status, kind, checks, root),
    ...(service !== undefined && { service }),
    ...(version !== undefined && { version }),
    ...(message !== undefined && { message }),
    checks,
  }
}

function kindOf(root: JsonObject): EndpointKind {
  const { status, checks, components, details, service } = root
  if (Array.isArray(checks)) return 'microprofile'
  if (components !== undefined) return 'actuator'
  if (service !== undefined || Array.isArray(details) || asObject(details).application !== undefined)
    return 'hale'
  // Actuator v2, whose entries have a status each; hale's always tell of the application.
  if (details !== undefined) return 'actuator'
  const pass = ['pass', 'warn', 'fail'].includes(String(status).toLowerCase())
  return checks !== undefined || pass ? 'health-json' : 'hale'
}

/** What a body tells of the service itself among its checks. */
function ownEntry(root: JsonObject, kind: EndpointKind): JsonObject {
  if (kind === 'hale') {
    const own = entriesOf(root, kind, true).find(([name]) => name === 'application')
    return asObject(own?.[1])
  }
  if (kind !== 'actuator') return {}
  const states = asObject(root.components ?? root.details)
  const state = asObject(states.readinessState ?? states.startupState ?? states.livenessState)
  return asObject(state.details)
}

/** By name: of an object its keys, of a list what each entry says of itself. */
function entriesOf(
  { components, details, checks }: JsonObject,
  kind: EndpointKind,
  withOwn = false,
): readonly (readonly [string, unknown])[] {
  const held = components ?? details ?? checks
  const entries = Array.isArray(held)
    ? held.map((entry) => [String(asObject(entry).name), entry] as const)
    : Object.entries(asObject(held))
  return withOwn ? entries : entries.filter(([name, entry]) => !isOfTheService(kind, name, asObject(entry)))
}

/** Whether it tells of the service itself rather than of a check, which the status of the whole does already. */
function isOfTheService(kind: EndpointKind, name: string, entry: JsonObject): boolean {
  if (kind === 'hale') return name === 'application'
  if (kind === 'actuator') return /^(?:liveness|readiness|startup)State$/.test(name)
  return kind === 'health-json' && name === 'uptime' && asObject(entry[0]).componentType === 'system'
}

function collect(name: string, entry: unknown, depth: number, into: EndpointCheck[]): void {
  // application/health+json has a list a name, of one entry for each node.
  const nodes = Array.isArray(entry) ? entry : [entry]
  for (const [index, node] of nodes.entries()) {
    if (into.length >= mostChecks || depth >= deepest) return
    const which = nodes.length > 1 ? `[${index}]` : ''
    const check = jsonCheck(name, asObject(node), which)
    if (check !== undefined) into.push(check)
    // Actuator's composites hold components of their own.
    for (const [inner, held] of Object.entries(asObject(asObject(node).components)))
      collect(`${name}${which}.${inner}`, held, depth + 1, into)
  }
}

/** Actuator and MicroProfile have no word for degraded, and say UP. */
function degradedWithin(
  status: Status,
  kind: EndpointKind,
  checks: readonly EndpointCheck[],
  root: JsonObject,
): Status {
  if (status !== 'UP' || (kind !== 'actuator' && kind !== 'microprofile')) return status
  const own = Object.values(asObject(root.components ?? root.details))
  const marked = own.some((entry) => asObject(asObject(entry).details).degraded === true)
  return marked || checks.some((check) => check.status === 'DEGRADED') ? 'DEGRADED' : status
}
