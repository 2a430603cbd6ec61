import type { CheckContext } from '../../core/check.ts'
import { degraded, down, type Outcome } from '../../core/outcome.ts'
import type { Problems } from '../../errors/problems.ts'
import { hasFreeConnection } from './free-connection.ts'
import type { PoolUse } from './pool-use.ts'

/** Options of checks whose client has a pool. */
export interface SaturationOptions {
  /**
   * What a pool without a free connection counts as: the server may be well all the same.
   * @default 'DEGRADED'
   */
  readonly saturatedAs?: 'DEGRADED' | 'DOWN'
  /**
   * How long the pool may be saturated without one success before that is DOWN, in milliseconds.
   * @default 30000
   */
  readonly saturatedForMs?: number
}

/** Their names. */
export const saturationOptions = ['saturatedAs', 'saturatedForMs'] as const

/** Tells a pool that is in full use from a server that is dead: DEGRADED, until it has lasted too long. */
export class Saturation {
  readonly #as: 'DEGRADED' | 'DOWN'
  readonly #forMs: number
  #since: number | undefined

  constructor(problems: Problems, { saturatedAs, saturatedForMs }: SaturationOptions) {
    this.#as = problems.oneOf('saturatedAs', saturatedAs, ['DEGRADED', 'DOWN']) ?? 'DEGRADED'
    this.#forMs = problems.number('saturatedForMs', saturatedForMs, 30_000, { unit: 'milliseconds' })
  }

  /** Waits for a free connection. Without one, what that counts as: it is told apart from a server out of reach. */
  async ofPool(use: PoolUse | undefined, context: CheckContext): Promise<Outcome | undefined> {
    return use === undefined || (await hasFreeConnection(use.isFree, context))
      ? undefined
      : this.ofFull(use, context)
  }

  /** Nothing is free: others work with the connections, or the server does not answer. */
  ofFull(use: PoolUse | undefined, context: CheckContext): Outcome {
    if (use?.hasUnanswered()) return down('earlier query not answered', use.counts())
    if (use?.isConnected() === false) return down('not connected', use.counts())
    return this.outcome(context, use?.counts())
  }

  /** Others work with all connections. */
  outcome({ now }: CheckContext, data?: object): Outcome {
    this.#since ??= now()
    const failed = this.#as === 'DOWN' || now() - this.#since >= this.#forMs
    return (failed ? down : degraded)('no free connection', data)
  }

  /** A run has got a connection. */
  end(): void {
    this.#since = undefined
  }
}
