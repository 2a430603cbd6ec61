import { safeFailure } from '../errors/safe-message.ts'
import { boundData, type Data } from './data.ts'
import type { Status } from './status.ts'
import { boundText } from './text.ts'

// A registered symbol, so that outcomes made by another copy of the package are known too.
const brand = Symbol.for('hale.outcome')
const causeKey = Symbol.for('hale.cause')

/** What a check function may return, and what is handed to a handle's `set`; made by `up`, `degraded` and `down`. */
export interface Outcome {
  readonly status: 'UP' | 'DEGRADED' | 'DOWN'
  /** Shown to whoever asks: as `message` when UP or DEGRADED, as `error` when DOWN. */
  readonly text?: string
  /** Shown from visibility `'components'` on. */
  readonly data?: unknown
}

/** The thing works. */
export function up(message?: string, data?: unknown): Outcome {
  return outcome('UP', message, data)
}

/** The thing works, but not well: its probe stays at HTTP 200. For `cause` see `down`. */
export function degraded(message?: string, data?: unknown, cause?: unknown): Outcome {
  return outcome('DEGRADED', message, data, cause)
}

/**
 * The thing does not work. The text is shown as it is: put no addresses, names or secrets into it. `cause` is the error
 * that the text stands for: it goes to the log, as what is thrown does, and nowhere else.
 */
export function down(error?: string, data?: unknown, cause?: unknown): Outcome {
  return outcome('DOWN', error, data, cause)
}

function outcome(
  status: Outcome['status'],
  text: string | undefined,
  data: unknown,
  cause?: unknown,
): Outcome {
  const made = {
    [brand]: true,
    status,
    ...(text !== undefined && { text }),
    ...(data !== undefined && { data }),
  } as Outcome
  // Hidden from whoever lists, compares or serialises the outcome.
  if (cause !== undefined) Object.defineProperty(made, causeKey, { value: cause })
  return made
}

/** Whether a value was made by `up`, `degraded` or `down`. */
export function isOutcome(value: unknown): value is Outcome {
  if (typeof value !== 'object' || value === null || (value as { [brand]?: unknown })[brand] !== true)
    return false
  // Another version of the package may know other statuses.
  return ['UP', 'DEGRADED', 'DOWN'].includes((value as Outcome).status)
}

/**
 * Values that a check function resolves with and that nobody means well by: `false`, an error that was returned rather
 * than thrown, an answer of HTTP such as fetch's whose `ok` is false.
 */
function isRefusal(value: unknown): boolean {
  if (value === false || value instanceof Error) return true
  if (typeof value !== 'object' || value === null) return false
  const { ok, status } = value as { readonly ok?: unknown; readonly status?: unknown }
  return ok === false && typeof status === 'number'
}

/** What an outcome's text stands for, or a value that says no, for the log; undefined of anything else. */
export function causeOf(value: unknown): unknown {
  try {
    if (value === false) return new Error('the check function returned false')
    if (isRefusal(value)) return value
    return isOutcome(value) ? (value as { readonly [causeKey]?: unknown })[causeKey] : undefined
  } catch {
    return undefined
  }
}

/** One run's outcome after everything in it was made safe to show. */
export interface CheckResult {
  readonly status: Status
  /** The author's text when UP or DEGRADED. */
  readonly message?: string
  /** The author's text, or one of the fixed vocabulary, when not. */
  readonly error?: string
  /** The error's code, when the vocabulary knows it. */
  readonly errorCode?: string
  readonly data?: Data
  /** Says what was cut or replaced in `data`. */
  readonly dataNote?: string
  /** How long the run took, in milliseconds. */
  readonly durationMs: number
  /** When it settled, in milliseconds since the epoch. */
  readonly at: number
}

/** What a run ended with, before time is added. */
export type SafeOutcome = Omit<CheckResult, 'durationMs' | 'at'>

/**
 * A value that a check function resolved with: an outcome as it is, one that says no as if it had been thrown, anything
 * else is UP and otherwise ignored.
 */
export function fromResolved(value: unknown): SafeOutcome {
  try {
    if (isRefusal(value))
      return value === false ? { status: 'DOWN', error: 'returned false' } : fromThrown(value)
    if (!isOutcome(value)) return { status: 'UP' }
    const { status, text, data } = value
    const bounded = data === undefined ? undefined : boundData(data)
    const shown = boundText(text)
    return {
      status,
      ...(shown !== undefined && (status === 'DOWN' ? { error: shown } : { message: shown })),
      ...(bounded !== undefined && { data: bounded.data }),
      ...(bounded?.note !== undefined && { dataNote: bounded.note }),
    }
  } catch {
    // A proxy whose traps throw: the function did resolve.
    return { status: 'UP' }
  }
}

/** Anything that a check function threw or rejected with. */
export function fromThrown(thrown: unknown): SafeOutcome {
  const { message, code } = safeFailure(thrown)
  return { status: 'DOWN', error: message, ...(code !== undefined && { errorCode: code }) }
}
