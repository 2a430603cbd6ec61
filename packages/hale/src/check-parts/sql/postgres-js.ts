import type { CheckContext } from '../../core/check.ts'
import { type Outcome, up } from '../../core/outcome.ts'
import { hasMethod } from '../asking/structure.ts'
import type { PoolUse } from '../pools/pool-use.ts'
import type { Saturation } from '../pools/saturation.ts'
import { hasUnanswered, rememberQuery } from '../pools/unanswered.ts'

/** The `sql` function of postgres.js. */
export interface PostgresJs {
  unsafe(sql: string): PromiseLike<unknown>
  begin(work: () => unknown): unknown
}

/** Whether it is one. The driver of Neon over HTTP has an `unsafe` too, that asks nothing. */
export function isPostgresJs(value: unknown): value is PostgresJs {
  return hasMethod(value, 'unsafe', 'begin')
}

/** What `unsafe` returns. It is handed to a connection once somebody waits for it. */
interface Query extends PromiseLike<unknown> {
  /** Whether the server is at it, rather than at what was sent before on the same connection. */
  readonly active?: boolean
  /** What it was written to; null until then. */
  readonly state?: unknown
  /** Hands it out. Returns the connection, unless none was free. */
  handler?: (query: Query) => Connection | undefined
}

interface Connection {
  /** The list of connections in the same state, in which it is now. */
  readonly queue?: { readonly length: number }
}

/** A query of the check that is not answered yet. */
interface Sent {
  readonly client: PostgresJs
  readonly answer: Promise<unknown>
  /** Whether it waits for a connection that others use. */
  waits(): boolean
  /** Whether nobody waits for it any more. */
  isLeft: () => boolean
}

/**
 * Asks through postgres.js. Its pool tells nothing of itself, but a query of it does: whether it was handed to a
 * connection of its own, was written behind the queries of others, or waits in the pool's queue.
 */
export class PostgresJsQueries {
  readonly #saturation: Saturation
  readonly #sent = new Set<Sent>()
  /** The connections that are just being made, of each client. */
  readonly #connecting = new WeakMap<PostgresJs, { readonly length: number }>()

  constructor(saturation: Saturation) {
    this.#saturation = saturation
  }

  async ask(client: PostgresJs, query: string, context: CheckContext): Promise<Outcome> {
    // Nothing can be called back, so that what waits already is waited for.
    const waiting = [...this.#sent].find((sent) => sent.client === client && sent.waits())
    const sent = waiting ?? (await this.#send(client, query))
    sent.isLeft = () => context.signal.aborted
    const full = await this.#saturation.ofPool(this.#useFor(sent), context)
    if (full !== undefined) {
      sent.isLeft = () => true
      return full
    }
    await sent.answer
    this.#saturation.end()
    return up('connected')
  }

  async #send(client: PostgresJs, text: string): Promise<Sent> {
    const query = client.unsafe(text) as Query
    const { handler } = query
    let free = true
    let answered = false
    const handed = new Promise<void>((resolve) => {
      if (typeof handler !== 'function') return resolve()
      const hand = (asked: Query): Connection | undefined => {
        const connection = handler(asked)
        free = connection !== undefined
        if (connection?.queue && asked.state === null) this.#connecting.set(client, connection.queue)
        resolve()
        return connection
      }
      // Its debug mode is a property of the function.
      query.handler = Object.assign(hand, handler)
    })
    const answer = Promise.resolve(query)
    const waits = (): boolean => !(free || answered || query.active === true)
    const sent: Sent = { client, answer, waits, isLeft: () => false }
    this.#sent.add(sent)
    const settle = (): void => {
      answered = true
      this.#sent.delete(sent)
    }
    rememberQuery(client, answer, () => sent.isLeft() && !waits())
    await Promise.race([handed, answer.then(settle, settle)])
    return sent
  }

  #useFor({ client, waits }: Sent): PoolUse {
    const { options } = client as { readonly options?: { readonly max?: number } }
    return {
      isFree: () => !waits(),
      isConnected: () => (this.#connecting.get(client)?.length ?? 0) < (options?.max ?? Infinity),
      hasUnanswered: () => hasUnanswered(client),
      counts: () => undefined,
    }
  }
}
