import { settlesWithin, unlessAborted } from './one-question.ts'

/** How long an answer may be owed before the question is given up for lost, in milliseconds. */
const forgottenAfterMs = 60_000

/**
 * Puts a question of its own for each run, as long as no more than a few are owed: for clients that repeat what fails
 * for longer than a check may take. Whoever comes when too many are owed waits until one of them has settled: an answer
 * to somebody who has left is no answer in time.
 */
export class FewQuestions<A> {
  readonly #most: number
  readonly #owed = new WeakMap<object, Set<Owed>>()

  constructor(most: number) {
    this.#most = most
  }

  /**
   * Puts a question, and once more when the answer is a failure or is not there after a while: a connection that was
   * lost, or a node that is frozen, is not the whole of a cluster.
   */
  async askTwice(
    connection: object,
    context: QuestionContext,
    question: () => PromiseLike<A>,
    secondAfterMs: number,
  ): Promise<A> {
    const first = this.ask(connection, context, question)
    if (await settlesWithin(first, secondAfterMs)) {
      try {
        return await first
      } catch {
        // The second failure is told, which knows more.
      }
    }
    context.signal.throwIfAborted()
    try {
      return await Promise.any([first, this.ask(connection, context, question)])
    } catch (error) {
      throw (error as AggregateError).errors.at(-1)
    }
  }

  /** The answer, or a rejection with the signal's reason once it is aborted; the question stays put. */
  async ask(
    connection: object,
    { signal, now }: QuestionContext,
    question: () => PromiseLike<A>,
  ): Promise<A> {
    const owed = this.#owed.get(connection) ?? new Set()
    this.#owed.set(connection, owed)
    for (;;) {
      for (const each of owed) if (now() - each.since >= forgottenAfterMs) owed.delete(each)
      if (owed.size < this.#most) break
      await unlessAborted(Promise.race([...owed].map(({ settled }) => settled)), signal)
    }
    signal.throwIfAborted()
    const answer = Promise.resolve(question())
    const forget = (): void => {
      owed.delete(put)
    }
    const put: Owed = { since: now(), settled: answer.then(forget, forget) }
    owed.add(put)
    return unlessAborted(answer, signal)
  }
}

interface QuestionContext {
  readonly signal: AbortSignal
  now(): number
}

interface Owed {
  readonly since: number
  /** Never rejects. */
  readonly settled: Promise<void>
}
