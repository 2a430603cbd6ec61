import type { HealthSource } from '../core/health.ts'
import { TokenBucket } from './access/rate-limit.ts'
import { VisibilityPolicy } from './access/visibility.ts'
import { forMethod, type HealthResponse } from './exchange.ts'
import type { HandlerSettings } from './handler-settings.ts'
import { tooManyRequests } from './problem.ts'

/** What the endpoints of one handler share: the registry, what they were told, and who is let in how far. */
export class Serving {
  readonly health: HealthSource
  readonly settings: HandlerSettings
  readonly policy: VisibilityPolicy
  readonly #bucket: TokenBucket | undefined

  constructor(health: HealthSource, settings: HandlerSettings) {
    this.health = health
    this.settings = settings
    this.policy = new VisibilityPolicy(settings)
    this.#bucket = settings.rateLimit && new TokenBucket(health.clock, settings.rateLimit)
  }

  /** Whether one more request may be answered; liveness never asks. */
  admits(): boolean {
    return this.#waitSeconds() === 0
  }

  /** The refusal, when there have been too many requests. */
  limited(method: string): HealthResponse | undefined {
    const wait = this.#waitSeconds()
    return wait > 0 ? forMethod(tooManyRequests(wait), method) : undefined
  }

  #waitSeconds(): number {
    return this.#bucket?.take() ?? 0
  }
}
