import { textOfCode } from './vocabulary.ts'

/** What may be shown of something thrown. */
export interface SafeFailure {
  /** A text of the fixed vocabulary. */
  readonly message: string
  /** The error code, only when it is one of the vocabulary. */
  readonly code?: string
}

const deepestCause = 5

/**
 * Turns anything thrown into a text of the fixed vocabulary. Nothing of the error itself is copied but a code that
 * the vocabulary knows: messages, causes and own properties carry connection strings, addresses and passwords.
 */
export function safeFailure(thrown: unknown): SafeFailure {
  return explain(thrown, deepestCause) ?? { message: 'check failed' }
}

function explain(thrown: unknown, depth: number): SafeFailure | undefined {
  if (typeof thrown !== 'object' || thrown === null || depth === 0) return undefined
  const code = read(thrown, 'code')
  if (typeof code === 'string') {
    const message = textOfCode(code)
    if (message !== undefined) return { message, code }
  }
  const status = httpStatus(thrown)
  if (status !== undefined) return { message: `HTTP ${status}` }
  const inner = explain(read(thrown, 'cause'), depth - 1) ?? explain(firstOf(read(thrown, 'errors')), depth - 1)
  if (inner !== undefined) return inner
  // By name, since DOMExceptions of other realms and polyfills share no class. After the cause, which says more.
  const name = read(thrown, 'name')
  if (name === 'TimeoutError') return { message: 'timed out' }
  if (name === 'AbortError') return { message: 'aborted' }
  return undefined
}

function httpStatus(thrown: object): number | undefined {
  for (const key of ['statusCode', 'status']) {
    const value = read(thrown, key)
    if (typeof value === 'number' && Number.isInteger(value) && value >= 400 && value <= 599) return value
  }
  return undefined
}

function firstOf(errors: unknown): unknown {
  try {
    return Array.isArray(errors) ? errors[0] : undefined
  } catch {
    return undefined
  }
}

// Getters and proxies may throw; what cannot be read is not there.
function read(target: object, key: string): unknown {
  try {
    return (target as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}
