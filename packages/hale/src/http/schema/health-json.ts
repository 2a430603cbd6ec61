import type { JsonSchema } from './json-schema.ts'
import { checkName, instant, text } from './parts.ts'

const word = { enum: ['pass', 'warn', 'fail'] } satisfies JsonSchema

const check = {
  type: 'object',
  properties: {
    componentType: { ...text, description: '`component`, `datastore`, `system` or a URI.' },
    observedValue: { type: 'number', minimum: 0 },
    observedUnit: { enum: ['ms', 's'] },
    status: word,
    time: instant,
    output: { ...text, description: 'Why it is not well, or why it has no say.' },
    since: { ...instant, description: 'When the status began; absent when it passes.' },
    data: { description: "What the check's author shows besides: any JSON value." },
    dataNote: text,
    critical: { const: false },
    enabled: { const: false },
    impact: text,
    links: { type: 'object', properties: { runbook: text }, additionalProperties: false },
  },
  required: ['status'],
  dependentRequired: { observedValue: ['observedUnit'], observedUnit: ['observedValue'] },
  additionalProperties: false,
} satisfies JsonSchema

/** `application/health+json` (draft-inadarei-api-health-check-06), as far as hale says it. */
export const healthJsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A health report as application/health+json',
  type: 'object',
  properties: {
    status: word,
    releaseId: { ...text, description: "The service's version." },
    serviceId: { ...text, description: "The service's name." },
    output: { ...text, description: 'Why the service itself is not well.' },
    checks: {
      type: 'object',
      description:
        'By `name`, or `name:responseTime` where a duration was measured; `uptime` is of the service.',
      propertyNames: { pattern: `${checkName.pattern.slice(0, -1)}(:responseTime)?$` },
      additionalProperties: { type: 'array', minItems: 1, items: check },
    },
  },
  required: ['status'],
  additionalProperties: false,
} satisfies JsonSchema
