import type { Health } from '../core/health.ts'

/** The application's registry of checks, as `createHealth` returns it. */
export interface HealthService extends Health {}

/**
 * Under which the registry is injected: a provider's constructor asks for it by its type. What it gets is the
 * registry itself, not an instance of this class.
 *
 * @example
 * ```ts
 * import { Injectable } from '@nestjs/common'
 * import { HealthService } from 'hale/nest'
 *
 * @Injectable()
 * class Orders {
 *   readonly #health: HealthService
 *
 *   constructor(health: HealthService) {
 *     this.#health = health
 *   }
 *
 *   place(order: string) {
 *     return this.#health.circuit('database').run(() => pool.query('INSERT …', [order]))
 *   }
 * }
 * ```
 */
export const HealthService = class HealthService {} as unknown as abstract new () => HealthService
