import { statuses } from '../../core/status.ts'
import type { JsonSchema } from '../schema/json-schema.ts'

const number = { type: 'number', minimum: 0 } satisfies JsonSchema
const whole = { type: 'integer', minimum: 0 } satisfies JsonSchema
const positive = { type: 'integer', minimum: 1 } satisfies JsonSchema

// What CheckTuning of core/control/check-tuning.ts has.
const tuning = {
  timeoutMs: number,
  overlapAfterMs: number,
  retries: whole,
  critical: { type: 'boolean' },
  maxAgeMs: { type: 'object', properties: { up: number, down: number }, additionalProperties: false },
  intervalMs: number,
  ttlMs: number,
  failureThreshold: positive,
  successThreshold: positive,
} satisfies JsonSchema

const status = { $ref: '#/$defs/status' } satisfies JsonSchema
const settings = { $ref: '#/$defs/tuning' } satisfies JsonSchema

/** What the paths beneath `/health/admin` take and answer. */
export const adminSchema = {
  title: 'Run-time control',
  anyOf: [{ $ref: '#/$defs/overview' }, { $ref: '#/$defs/service' }, { $ref: '#/$defs/check' }],
  $defs: {
    status: { enum: statuses },
    tuning: { type: 'object', properties: tuning, additionalProperties: false },
    overview: {
      type: 'object',
      properties: {
        service: { $ref: '#/$defs/service' },
        checks: { type: 'object', additionalProperties: { $ref: '#/$defs/check' } },
      },
      required: ['service', 'checks'],
      additionalProperties: false,
    },
    service: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        version: { type: 'string' },
        application: {
          type: 'object',
          properties: { status, message: { type: 'string' } },
          required: ['status'],
        },
        groups: { type: 'object', additionalProperties: status },
      },
      required: ['application', 'groups'],
    },
    check: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        enabled: { type: 'boolean' },
        reason: { type: 'string' },
        until: { type: 'string', format: 'date-time' },
        settings,
        tuned: { ...settings, description: 'Those that were changed at run time; a restart forgets them.' },
        revision: { type: 'string' },
        status,
        message: { type: 'string' },
        error: { type: 'string' },
        response_time_ms: whole,
      },
      required: ['name', 'enabled', 'settings', 'tuned', 'revision', 'status'],
      additionalProperties: false,
    },
    checkChange: {
      description: 'What it does not name stays as it is; null returns a setting to configuration.',
      type: 'object',
      properties: {
        enabled: { type: 'boolean' },
        reason: { type: 'string', description: 'Why it is disabled; shown as it is.' },
        forMs: { type: 'number', minimum: 1, description: 'When a disabled check is enabled again.' },
        ...Object.fromEntries(
          Object.entries(tuning).map(([name, schema]) => [name, { anyOf: [schema, { type: 'null' }] }]),
        ),
      },
      additionalProperties: false,
    },
    serviceChange: {
      type: 'object',
      properties: { inService: { type: 'boolean' }, reason: { type: 'string' } },
      required: ['inService'],
      additionalProperties: false,
    },
  },
} satisfies JsonSchema
