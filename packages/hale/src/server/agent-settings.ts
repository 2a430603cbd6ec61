import type { HealthSource } from '../core/health.ts'
import { kindOf, Problems } from '../errors/problems.ts'

/** The share of its configured weight that a server has, in percent, by status. */
export interface AgentWeights {
  readonly up?: number
  readonly degraded?: number
}

/** The options of the agent after validation. */
export interface AgentSettings {
  readonly port: number
  readonly host: string | undefined
  readonly weights: Required<AgentWeights>
  readonly group: string
  readonly budgetMs: number
  readonly maxConnections: number
}

const known = ['port', 'host', 'weights', 'group', 'maxConnections']

/** Validates all of it; throws with every problem found. */
export function agentSettings(health: unknown, given: unknown): AgentSettings {
  const problems = new Problems()
  const { ask, latest, groups } = (health ?? {}) as Partial<HealthSource>
  const isHealth = typeof ask === 'function' && typeof latest === 'function' && Array.isArray(groups)
  if (!isHealth) problems.add('health', `expected what createHealth returns, got ${kindOf(health)}`)
  const options = problems.object('options', given)
  problems.knownKeys('', options, known)
  if (options.port === undefined) problems.add('port', 'missing; 0 takes any free one')
  const port = problems.number('port', options.port, 0, { integer: true, max: 65_535 })
  const host = problems.string('host', options.host)
  const weights = problems.object('weights', options.weights)
  problems.knownKeys('weights', weights, ['up', 'degraded'])
  // Zero would be a drain, which the draining have for themselves.
  const percent = { integer: true, min: 1, max: 100, noun: 'a whole number of percent' }
  const up = problems.number('weights.up', weights.up, 100, percent)
  const degraded = problems.number('weights.degraded', weights.degraded, 50, percent)
  const group = problems.string('group', options.group) ?? 'readiness'
  const configured = isHealth ? groups.find(({ name }) => name === group) : undefined
  if (isHealth && configured === undefined)
    problems.add('group', `expected one of ${groups.map(({ name }) => name).join(', ')}`)
  const rule = { integer: true, min: 1, max: 65_535 }
  const maxConnections = problems.number('maxConnections', options.maxConnections, 256, rule)
  problems.throwIfAny('serveHaproxyAgent')
  const budgetMs = configured?.budgetMs ?? 0
  return { port, host, weights: { up, degraded }, group, budgetMs, maxConnections }
}
