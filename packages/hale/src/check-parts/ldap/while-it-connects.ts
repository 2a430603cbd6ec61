import { systemClock } from '../../core/clock.ts'
import { unlessAborted } from '../asking/one-question.ts'

/** How often a client that connects is looked at, in milliseconds. */
const pauseMs = 10

/** How long one may connect until it is taken for one that has lost its way, in milliseconds. */
const forgottenAfterMs = 30_000

interface Asker {
  readonly signal: AbortSignal
  now(): number
}

interface Client {
  readonly isConnected: boolean
}

/** Since when each socket has been seen to connect, and the question that makes a client connect whose socket is hidden. */
const sockets = new WeakMap<object, number>()
const questions = new WeakMap<object, { readonly since: number }>()

/**
 * Puts a question to a client of ldapts that has no connection, which makes it connect. Of two that are put meanwhile it
 * makes a socket each, loses the second for ever, be it ours or the application's, and never settles its promise. So this
 * one waits for those that came before it, those of other checks among them, as long as the client is not connected.
 *
 * @returns undefined when somebody else has connected the client, and nothing was asked
 */
export async function askUnlessConnected<A>(
  client: Client,
  { signal, now }: Asker,
  question: () => PromiseLike<A>,
): Promise<A | undefined> {
  while (isBeingConnected(client, now()))
    await unlessAborted(new Promise<void>((resolve) => systemClock.after(pauseMs, resolve)), signal)
  if (client.isConnected) return undefined
  const answer = Promise.resolve(question())
  if (socketOf(client) === undefined) {
    const put = { since: now() }
    questions.set(client, put)
    const settled = (): void => {
      if (questions.get(client) === put) questions.delete(client)
    }
    answer.then(settled, settled)
  }
  return unlessAborted(answer, signal)
}

function isBeingConnected(client: Client, now: number): boolean {
  if (client.isConnected) return false
  const question = questions.get(client)
  if (question !== undefined && now - question.since < forgottenAfterMs) return true
  const socket = socketOf(client)
  if (socket === undefined) return false
  const since = sockets.get(socket) ?? now
  sockets.set(socket, since)
  return now - since < forgottenAfterMs
}

/** No part of its interface, and the only sign of a question that is not ours. */
function socketOf(client: Client): object | undefined {
  const { socket } = client as { readonly socket?: unknown }
  return typeof socket === 'object' && socket !== null ? socket : undefined
}
