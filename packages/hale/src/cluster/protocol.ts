import { type Visibility, visibilities } from '../core/group-settings.ts'
import { type Status, statuses } from '../core/status.ts'
import type { Summary } from './summary.ts'
import { standings } from './verdict.ts'
import type { WorkerState } from './worker-state.ts'

/** What a worker sends: that it lives, what it knows, and that it leaves on purpose. */
export type FromWorker =
  | { readonly kind: 'beat' }
  | { readonly kind: 'state'; readonly state: WorkerState }
  | { readonly kind: 'bye' }

/** What the primary sends: that it lives, that it wants a worker's state, and the summary of all. */
export type FromPrimary =
  | { readonly kind: 'beat' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'summary'; readonly id: string; readonly summary: Summary }

// The application sends over the same channel. The number is the protocol's: a worker of another version is silent
// rather than misunderstood.
const mark = 'hale:cluster'
const version = 1

export function envelope(message: FromWorker | FromPrimary): object {
  return { [mark]: version, ...message }
}

/** A worker's message; undefined for anything else, which belongs to the application or is damaged. */
export function fromWorker(given: unknown): FromWorker | undefined {
  if (!marked(given)) return undefined
  if (given.kind === 'beat' || given.kind === 'bye') return { kind: given.kind }
  return given.kind === 'state' && isState(given.state) ? { kind: 'state', state: given.state } : undefined
}

/** The primary's message; undefined for anything else. */
export function fromPrimary(given: unknown): FromPrimary | undefined {
  if (!marked(given)) return undefined
  if (given.kind === 'beat' || given.kind === 'ask') return { kind: given.kind }
  const { kind, id, summary } = given
  return kind === 'summary' && typeof id === 'string' && isSummary(summary)
    ? { kind, id, summary }
    : undefined
}

type Fields = Readonly<Record<string, unknown>>

function marked(given: unknown): given is Fields {
  return isObject(given) && given[mark] === version
}

// Deep enough that nothing that reads a state can throw over it; what the texts say was made safe by who sent them.
function isState(given: unknown): given is WorkerState {
  return (
    isObject(given) &&
    isObject(given.service) &&
    areTexts(given.service.name, given.service.version) &&
    isObject(given.visibilities) &&
    Object.values(given.visibilities).every((level) => visibilities.includes(level as Visibility)) &&
    isListOf(given.groups, (group) => isNamed(group) && isListOf(group.members, isText) && isShown(group)) &&
    isListOf(given.checks, isCheck)
  )
}

function isShown({ application }: Fields): boolean {
  return isObject(application) && isStatus(application.status) && areTexts(application.message)
}

function isCheck(given: unknown): boolean {
  if (!isNamed(given)) return false
  const { since, enabled, critical, details, message, error, errorCode } = given
  return (
    areTexts(message, error, errorCode) &&
    typeof since === 'number' &&
    typeof enabled === 'boolean' &&
    typeof critical === 'boolean' &&
    isObject(details) &&
    isListOf(details.tags, isText)
  )
}

function isSummary(given: unknown): given is Summary {
  return (
    isObject(given) &&
    isListOf(given.names, isText) &&
    areTexts(given.draining) &&
    isObject(given.reasons) &&
    Object.values(given.reasons).every(
      (reasons) =>
        isObject(reasons) && Object.values(reasons).every((one) => isObject(one) && areTexts(one.text)),
    ) &&
    isListOf(
      given.rows,
      (row) =>
        isObject(row) && isText(row.statuses) && (standings as readonly unknown[]).includes(row.standing),
    )
  )
}

function isNamed(given: unknown): given is Fields {
  return isObject(given) && isText(given.name) && isStatus(given.status)
}

function isStatus(given: unknown): given is Status {
  return statuses.includes(given as Status)
}

function isText(given: unknown): boolean {
  return typeof given === 'string'
}

/** Texts that may be missing. */
function areTexts(...given: readonly unknown[]): boolean {
  return given.every((one) => one === undefined || isText(one))
}

function isListOf(given: unknown, fits: (entry: unknown) => boolean): boolean {
  return Array.isArray(given) && given.every(fits)
}

function isObject(given: unknown): given is Fields {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
}
