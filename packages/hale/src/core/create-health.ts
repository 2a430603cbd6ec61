import type { Checks, Groups, Health, HealthOptions } from './health.ts'
import { healthSettings } from './health-settings.ts'
import { Registry } from './registry.ts'

/**
 * Makes the registry of a service's checks. Throws a `ConfigurationError` with every problem found.
 *
 * @example
 * ```ts
 * import { check, createHealth } from 'hale'
 *
 * const health = createHealth({
 *   service: { name: 'orders', version: '1.2.3' },
 *   checks: { database: check(() => pool.query('SELECT 1')) },
 *   logger: console,
 * })
 * const report = await health.readiness()
 * report.checks.database.status // 'UP'
 * ```
 */
export function createHealth<
  const C extends Checks,
  const G extends Groups<G, keyof C & string> = Record<never, never>,
>(options: HealthOptions<C, G>): Health<C, G> {
  return new Registry(healthSettings(options)) as unknown as Health<C, G>
}
