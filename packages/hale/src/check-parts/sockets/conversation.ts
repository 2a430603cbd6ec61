import type { Socket } from 'node:net'
import type { CheckContext } from '../../core/check.ts'
import { degraded, down, type Outcome, up } from '../../core/outcome.ts'
import { durationText } from '../../core/text.ts'
import { kindOf, type Problems } from '../../errors/problems.ts'
import { degradedAfter } from '../judging/degraded-after.ts'
import { matches } from '../judging/matches.ts'
import { farewell } from './farewell.ts'

/** Options of checks that connect to a socket. */
export interface ConversationOptions {
  /** Sent once connected. */
  readonly send?: string | Uint8Array
  /**
   * What must come back: a text that the answer holds, or a match. Without it a process that is frozen looks well,
   * since the system accepts connections for it.
   */
  readonly expect?: string | RegExp
  /** What takes longer is DEGRADED. Less than `timeoutMs`. */
  readonly degradedAfterMs?: number
}

/** Their names. */
export const conversationOptions = ['send', 'expect', 'degradedAfterMs'] as const

/** How much of an answer is read for what is expected. */
const mostBytes = 16_384

/** What is said on a connection, validated. */
export interface Conversation {
  hold(open: () => Socket, context: CheckContext): Promise<Outcome>
}

/** Validates the options; what is wrong goes to `problems`. */
export function conversation(
  given: ConversationOptions & { readonly timeoutMs?: unknown },
  problems: Problems,
): Conversation {
  const { send, degradedAfterMs } = given
  if (send !== undefined && !(typeof send === 'string' || send instanceof Uint8Array))
    problems.add('send', `expected a string or bytes, got ${kindOf(send)}`)
  const isExpected = expectation(given.expect, problems)
  const slowMs = degradedAfter(degradedAfterMs, given.timeoutMs, problems)
  return {
    async hold(open, context) {
      const startedAt = context.now()
      const answered = await converse(open(), send, isExpected, context.signal)
      if (!answered) return down('answer not as expected')
      const text = isExpected === undefined ? 'connected' : 'answered'
      if (context.now() - startedAt <= slowMs) return up(text)
      return degraded(`${text}, slower than ${durationText(slowMs)}`)
    },
  }
}

/** What an answer must hold; undefined when nothing is expected. */
export function expectation(expected: unknown, problems: Problems): ((text: string) => boolean) | undefined {
  if (expected === undefined) return undefined
  if (typeof expected === 'string' && expected !== '') return (text) => text.includes(expected)
  if (expected instanceof RegExp) return matches(expected)
  problems.add('expect', `expected a text or a regular expression, got ${kindOf(expected)}`)
  return undefined
}

/** Connects, says its part, and hears whether the answer is as expected; the socket is closed in every case. */
function converse(
  socket: Socket,
  send: string | Uint8Array | undefined,
  isExpected: ((text: string) => boolean) | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const decoder = new TextDecoder()
    let heard = ''
    let ended = false
    const end = (close: (socket: Socket) => void, settle: () => void): void => {
      if (ended) return
      ended = true
      signal.removeEventListener('abort', onAbort)
      close(socket)
      settle()
    }
    const fail = (error: unknown): void => end(drop, () => reject(error))
    const onAbort = (): void => fail(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('error', fail)
    socket.once('connect', () => {
      if (send !== undefined) socket.write(send)
      if (isExpected === undefined) end(farewell, () => resolve(true))
    })
    if (isExpected === undefined) return
    socket.on('data', (bytes: Uint8Array) => {
      if (ended) return
      heard += decoder.decode(bytes, { stream: true })
      if (isExpected(heard)) end(farewell, () => resolve(true))
      else if (heard.length > mostBytes) end(drop, () => resolve(false))
    })
    // A socket that is closed without an error has said all that it had to say.
    socket.once('end', () => end(farewell, () => resolve(false)))
  })
}

function drop(socket: Socket): void {
  // Stays: a socket may fail once more while it is being closed.
  socket.on('error', () => {}).destroy()
}
