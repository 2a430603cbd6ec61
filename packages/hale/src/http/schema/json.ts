import type { Visibility } from '../../core/group-settings.ts'
import { statuses } from '../../core/status.ts'
import type { JsonSchema } from './json-schema.ts'
import { checkName, instant, text } from './parts.ts'

const milliseconds = { type: 'number', minimum: 0 } satisfies JsonSchema
const count = { type: 'integer', minimum: 0 } satisfies JsonSchema
const status = { $ref: '#/$defs/status' } satisfies JsonSchema

const checkProperties = {
  status,
  message: { ...text, description: "The author's text when UP or DEGRADED." },
  error: { ...text, description: "Why it is not healthy: the author's text, or one of a fixed vocabulary." },
  response_time_ms: {
    ...count,
    description: 'How long the last run took; absent when passive or never run.',
  },
  data: { description: "What the check's author shows besides: any JSON value." },
  data_note: { type: 'string', description: 'What was cut or replaced in data.' },
  since: { ...instant, description: 'When the status began; absent when UP, except for operators.' },
  impact: { type: 'string', description: 'What follows for users, while the check is not healthy.' },
} satisfies JsonSchema

const debugProperties = {
  kind: { enum: ['dependency', 'self', 'heartbeat'] },
  enabled: { type: 'boolean' },
  error_code: { type: 'string' },
  checked_at: instant,
  failure_threshold: { type: 'integer', minimum: 1 },
  success_threshold: { type: 'integer', minimum: 1 },
  consecutive_failures: count,
  consecutive_successes: count,
  outstanding_runs: { ...count, description: 'Runs that timed out and have not settled since.' },
  timeout_ms: milliseconds,
  interval_ms: milliseconds,
  component_type: { type: 'string' },
  tags: { type: 'array', items: { type: 'string' } },
  runbook: { type: 'string' },
  circuit: {
    type: 'object',
    properties: {
      state: { enum: ['closed', 'open', 'half-open'] },
      since: instant,
      next_trial_at: instant,
    },
    required: ['state', 'since'],
    additionalProperties: false,
  },
} satisfies JsonSchema

const always = ['kind', 'critical', 'enabled', 'since', 'failure_threshold', 'success_threshold']
const counted = ['consecutive_failures', 'consecutive_successes', 'outstanding_runs']

const check = {
  properties: { ...checkProperties, critical: { const: false } },
  required: ['status'],
}
const debugCheck = {
  properties: { ...checkProperties, ...debugProperties, critical: { type: 'boolean' } },
  required: ['status', ...always, ...counted],
}
const application = {
  properties: {
    status,
    message: { type: 'string', description: 'Why the service itself is not UP, such as what is starting.' },
    version: { type: 'string' },
    uptime: { type: 'string', format: 'duration', examples: ['PT1H30M20S'] },
  },
  required: ['status'],
}

interface Entry {
  readonly properties: JsonSchema
  readonly required: readonly string[]
}

const entry = ({ properties, required }: Entry): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

// An entry of a list begins with its name.
const listed = ({ properties, required }: Entry, name: JsonSchema): JsonSchema =>
  entry({ properties: { name, ...properties }, required: ['name', ...required] })

const details = (of: string): JsonSchema => ({
  type: 'object',
  properties: { application: { $ref: '#/$defs/application' } },
  required: ['application'],
  additionalProperties: { $ref: `#/$defs/${of}` },
})

const list = (of: string): JsonSchema => ({
  type: 'array',
  prefixItems: [{ $ref: '#/$defs/listedApplication' }],
  items: { $ref: `#/$defs/${of}` },
  minItems: 1,
})

function body(shown: JsonSchema, debug: boolean): JsonSchema {
  return {
    type: 'object',
    properties: {
      status,
      service: { type: 'string' },
      timestamp: { ...instant, description: 'When the report was made; absent in liveness.' },
      details: shown,
      ...(debug && { transitions: { type: 'array', items: { $ref: '#/$defs/transition' } } }),
    },
    required: ['status', 'details', ...(debug ? ['transitions'] : [])],
    additionalProperties: false,
  }
}

/**
 * The JSON body in all its forms: the status alone, with its checks, and as operators see it; `details` by name or as
 * a list.
 */
export const jsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A health report',
  anyOf: [
    { $ref: '#/$defs/statusBody' },
    { $ref: '#/$defs/objectBody' },
    { $ref: '#/$defs/objectDebugBody' },
    { $ref: '#/$defs/listBody' },
    { $ref: '#/$defs/listDebugBody' },
  ],
  $defs: {
    status: {
      enum: statuses,
      description:
        'In rising severity. UP and DEGRADED are healthy; UNKNOWN never ran or is stale; OUT_OF_SERVICE is starting, draining or in maintenance.',
    },
    application: entry(application),
    check: entry(check),
    debugCheck: entry(debugCheck),
    listedApplication: listed(application, { const: 'application' }),
    listedCheck: listed(check, checkName),
    listedDebugCheck: listed(debugCheck, checkName),
    transition: {
      type: 'object',
      properties: { check: checkName, probe: { type: 'string' }, from: status, to: status, at: instant },
      required: ['from', 'to', 'at'],
      oneOf: [{ required: ['check'] }, { required: ['probe'] }],
      additionalProperties: false,
    },
    statusBody: entry({ properties: { status }, required: ['status'] }),
    objectBody: body(details('check'), false),
    objectDebugBody: body(details('debugCheck'), true),
    listBody: body(list('listedCheck'), false),
    listDebugBody: body(list('listedDebugCheck'), true),
  },
} satisfies JsonSchema

/** The names of the bodies among its definitions, as they are shown at these levels. */
export function bodyNames(levels: readonly Visibility[], detailsAs: 'object' | 'list'): readonly string[] {
  const names = { status: 'statusBody', components: `${detailsAs}Body`, debug: `${detailsAs}DebugBody` }
  return levels.map((level) => names[level])
}
