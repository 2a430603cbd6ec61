import { expectHealth } from '../core/expect-health.ts'
import type { HealthSource } from '../core/health.ts'
import { Problems } from '../errors/problems.ts'
import { type AddressSettings, addressSettings } from './address-settings.ts'

/** The share of its configured weight that a server has, in percent, by status. */
export interface AgentWeights {
  readonly up?: number
  readonly degraded?: number
}

/** The options of the agent after validation. */
export interface AgentSettings extends AddressSettings {
  readonly weights: Required<AgentWeights>
  readonly group: string
  readonly budgetMs: number
  readonly maxConnections: number
}

const known = ['port', 'host', 'weights', 'group', 'maxConnections']

/** Validates all of it; throws with every problem found. */
export function agentSettings(health: unknown, given: unknown): AgentSettings {
  const problems = new Problems()
  const isHealth = expectHealth(health, problems, ['ask', 'latest', 'groups'])
  const groups = isHealth ? (health as HealthSource).groups : []
  const options = problems.object('options', given)
  problems.knownKeys('', options, known)
  const address = addressSettings(options, problems)
  const weights = problems.object('weights', options.weights)
  problems.knownKeys('weights', weights, ['up', 'degraded'])
  // Zero would be a drain, which the draining have for themselves.
  const percent = { integer: true, min: 1, max: 100, noun: 'a whole number of percent' }
  const up = problems.number('weights.up', weights.up, 100, percent)
  const degraded = problems.number('weights.degraded', weights.degraded, 50, percent)
  const group = problems.string('group', options.group) ?? 'readiness'
  const configured = groups.find(({ name }) => name === group)
  if (isHealth && configured === undefined)
    problems.add('group', `expected one of ${groups.map(({ name }) => name).join(', ')}`)
  const rule = { integer: true, min: 1, max: 65_535 }
  const maxConnections = problems.number('maxConnections', options.maxConnections, 256, rule)
  problems.throwIfAny('serveHaproxyAgent')
  const budgetMs = configured?.budgetMs ?? 0
  return { ...address, weights: { up, degraded }, group, budgetMs, maxConnections }
}
