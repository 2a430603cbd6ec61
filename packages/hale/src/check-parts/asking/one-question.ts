import { systemClock } from '../../core/clock.ts'

/** How long an answer may be owed before the question is put once more, in milliseconds. */
const forgottenAfterMs = 60_000

/** The parts of a check's context that are needed. */
interface Asker {
  readonly signal: AbortSignal
  readonly timeoutMs: number
  now(): number
}

/**
 * Puts one question at a time to each connection: who asks while an answer is owed waits for that one. Clients queue
 * commands and cannot call them back; a frozen server would otherwise find one of each probe in the queue. A client
 * that loses a question altogether is asked again once a minute.
 */
export class OneQuestion<A> {
  readonly #owed = new WeakMap<object, { readonly since: number; readonly answer: Promise<A> }>()

  /**
   * The answer, or a rejection with the signal's reason once it is aborted; the question stays put. An answer that took
   * longer than a run may take is not the one to a later run: a server that is slow would look well to every other.
   */
  async ask(connection: object, asker: Asker, question: () => PromiseLike<A>): Promise<A> {
    const { signal, timeoutMs, now } = asker
    const owed = this.#owed.get(connection)
    if (owed !== undefined && now() - owed.since < forgottenAfterMs) {
      const answer = await unlessAborted(owed.answer, signal)
      return now() - owed.since < timeoutMs ? answer : this.ask(connection, asker, question)
    }
    const answer = Promise.resolve(question())
    const put = { since: now(), answer }
    this.#owed.set(connection, put)
    const settled = (): void => {
      if (this.#owed.get(connection) === put) this.#owed.delete(connection)
    }
    answer.then(settled, settled)
    return unlessAborted(answer, signal)
  }
}

/** Waits for a promise until the signal is aborted, and leaves no listener behind. */
export async function unlessAborted<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  let abort = (): void => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Whether a promise settles, either way, within so many milliseconds. */
export async function settlesWithin(promise: PromiseLike<unknown>, ms: number): Promise<boolean> {
  let cancel = (): void => {}
  const late = new Promise<boolean>((resolve) => {
    cancel = systemClock.after(ms, () => resolve(false))
  })
  const settled = () => true
  try {
    return await Promise.race([promise.then(settled, settled), late])
  } finally {
    cancel()
  }
}
