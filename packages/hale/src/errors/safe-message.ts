import { knownCode } from './vocabulary.ts'

/** What may be shown of something thrown. */
export interface SafeFailure {
  /** A text of the fixed vocabulary. */
  readonly message: string
  /** The error code, only when it is one of the vocabulary. */
  readonly code?: string
}

/** How many errors of a tree of causes are looked at. */
const mostErrors = 16

/**
 * Turns anything thrown into a text of the fixed vocabulary. Nothing of the error itself is copied but a code that
 * the vocabulary knows: messages, causes and own properties carry connection strings, addresses and passwords.
 * `otherwise` is the text for what the vocabulary does not know.
 */
export function safeFailure(thrown: unknown, otherwise = 'check failed'): SafeFailure {
  const queue: unknown[] = [thrown]
  let byName: SafeFailure | undefined
  for (let index = 0; index < queue.length && index < mostErrors; index++) {
    const error = queue[index]
    if (typeof error !== 'object' || error === null) continue
    const byCode = ofCode(error)
    if (byCode !== undefined) return byCode
    byName ??= ofName(error)
    queue.push(read(error, 'cause'), ...firstOf(read(error, 'errors')))
  }
  // The name last: an aborted request often has a cause that says why.
  return byName ?? { message: otherwise }
}

function ofCode(error: object): SafeFailure | undefined {
  const code = read(error, 'code')
  const known = typeof code === 'string' ? knownCode(code) : undefined
  if (known !== undefined) return { message: known.text, code: known.code }
  const status = httpStatus(error)
  return status === undefined ? undefined : { message: `HTTP ${status}` }
}

// By name, since DOMExceptions of other realms and polyfills share no class.
function ofName(error: object): SafeFailure | undefined {
  const name = read(error, 'name')
  // Of fetch, for ports such as 6000 that no browser asks either.
  if (read(error, 'message') === 'bad port') return { message: 'port not allowed by fetch' }
  if (name === 'TimeoutError') return { message: 'timed out' }
  // undici's, which has no code from Node 24 on.
  if (name === 'HTTPParserError') return { message: 'answer is not valid HTTP' }
  return name === 'AbortError' ? { message: 'aborted' } : undefined
}

function httpStatus(thrown: object): number | undefined {
  for (const key of ['statusCode', 'status']) {
    const value = read(thrown, key)
    if (typeof value === 'number' && Number.isInteger(value) && value >= 400 && value <= 599) return value
  }
  return undefined
}

function firstOf(errors: unknown): readonly unknown[] {
  try {
    return Array.isArray(errors) ? errors.slice(0, mostErrors) : []
  } catch {
    return []
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
