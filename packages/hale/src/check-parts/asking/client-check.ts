import { type CheckContext, type CheckDefinition, check } from '../../core/check.ts'
import { down, type Outcome } from '../../core/outcome.ts'
import type { Problems } from '../../errors/problems.ts'
import { isCallable, kindGiven } from './class-given.ts'
import { ofTheMoment } from './of-the-moment.ts'
import { isSo } from './structure.ts'

/** The client that the application has, or a function that returns the current one, or nothing while there is none. */
export type ClientOf<C> = C | (() => C | null | undefined | PromiseLike<C | null | undefined>)

/** A check of a dependency that is asked through the application's own client. */
export interface ClientCheck<C> {
  readonly client: unknown
  /**
   * What the parameter is called, for the error.
   * @default 'client'
   */
  readonly parameter?: string
  /** Such as `an ioredis or redis client`, for the error that says what was given instead. */
  readonly expected: string
  readonly isClient: (value: unknown) => value is C
  /** What is wrong with the check's own options; what is wrong with the client is added to it. */
  readonly problems: Problems
  /** The options of every check. */
  readonly options: object
  /** The names of the check's own options. */
  readonly ownOptions: readonly string[]
  /** A safe text for what this client throws without a code that the vocabulary knows; undefined for anything else. */
  readonly textOf?: (error: unknown) => string | undefined
  /** What is to be logged of an error, when the client puts into its errors what no log should hold. */
  readonly toLog?: (error: unknown) => unknown
  /**
   * Asks. A run that is not answered should stay unsettled when the client gives no way to call a request back: the
   * engine's overlap guard then bounds what waits in the client's own queue.
   */
  readonly ask: (client: C, context: CheckContext) => Outcome | PromiseLike<Outcome>
}

/** Makes the definition of a check that takes a client, known by its structure, or a function for one. */
export function clientCheck<C>(parts: ClientCheck<C>): CheckDefinition<'readiness'> {
  const { client, expected, problems, options, ownOptions, textOf, toLog, ask } = parts
  const isClient = (value: unknown): value is C => isSo(() => parts.isClient(value))
  if (!isClient(client) && !isCallable(client)) {
    const kind = kindGiven(client)
    const got = kind === 'a class' ? 'a class; make one with new' : kind
    problems.add(parts.parameter ?? 'client', `expected ${expected}, or a function for one, got ${got}`)
  }
  const run = async (context: CheckContext): Promise<Outcome> => {
    try {
      const current: unknown = isClient(client)
        ? client
        : await ofTheMoment(client as () => unknown, context.signal)
      // Before the application has connected, or between two connections, there is none.
      if (current === undefined || current === null) return down('no client')
      if (!isClient(current)) return down('not a client')
      return await ask(current, context)
    } catch (error) {
      const text = textOf?.(error)
      const logged = toLog === undefined ? error : toLog(error)
      if (text === undefined) throw logged
      return down(text, undefined, logged)
    }
  }
  return { ...check(run, options), ownOptions, problems: problems.found }
}

/** A `textOf` for whole messages, so that nothing else is taken for one of them. */
export function textOfMessages(
  texts: Readonly<Record<string, string>>,
): (error: unknown) => string | undefined {
  return (error) => {
    const message = messageOf(error)
    return Object.hasOwn(texts, message) ? texts[message] : undefined
  }
}

/** The message of an error, or an empty text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? String(error.message) : ''
}
