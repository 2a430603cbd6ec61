import type { JsonSchema } from './json-schema.ts'
import { checkName, instant, text } from './parts.ts'

// Spring has no word for DEGRADED: such a component is UP, and its details say so.
const status = { enum: ['UP', 'UNKNOWN', 'OUT_OF_SERVICE', 'DOWN'] } satisfies JsonSchema

const details = {
  type: 'object',
  properties: {
    critical: { const: false },
    data: { description: "What the check's author shows besides: any JSON value." },
    dataNote: text,
    degraded: { const: true },
    enabled: { const: false },
    error: text,
    impact: text,
    message: text,
    responseTimeMs: { type: 'integer', minimum: 0 },
    runbook: text,
    since: instant,
  },
  minProperties: 1,
  additionalProperties: false,
} satisfies JsonSchema

const component = {
  type: 'object',
  properties: { status, details },
  required: ['status'],
  additionalProperties: false,
} satisfies JsonSchema

const components = {
  type: 'object',
  propertyNames: checkName,
  additionalProperties: component,
  minProperties: 1,
} satisfies JsonSchema

const groups = { type: 'array', items: checkName, minItems: 1, uniqueItems: true } satisfies JsonSchema

const $schema = 'https://json-schema.org/draft/2020-12/schema'

const body = (members: 'components' | 'details') =>
  ({
    anyOf: [
      // What is made of components has no details of its own.
      {
        type: 'object',
        properties: { status, [members]: components, groups },
        required: ['status'],
        additionalProperties: false,
      },
      component,
    ],
  }) satisfies JsonSchema

/** Spring Boot's health body, v3: of the whole, a group, or one component. */
export const actuatorSchema = {
  $schema,
  title: "A health report as Spring Boot's actuator v3",
  ...body('components'),
} satisfies JsonSchema

/** The same as v2, which says `details` for `components`. */
export const actuatorV2Schema = {
  $schema,
  title: "A health report as Spring Boot's actuator v2",
  ...body('details'),
} satisfies JsonSchema

const link = {
  type: 'object',
  properties: { href: { type: 'string', format: 'uri-reference' }, templated: { const: false } },
  required: ['href', 'templated'],
  additionalProperties: false,
} satisfies JsonSchema

/** The actuator's index. */
export const actuatorIndexSchema = {
  $schema,
  title: "The index of Spring Boot's actuator",
  type: 'object',
  properties: {
    _links: {
      type: 'object',
      properties: {
        self: link,
        health: link,
        // With a template in it, which is no URI.
        'health-path': { ...link, properties: { href: text, templated: { const: true } } },
      },
      required: ['self', 'health', 'health-path'],
      additionalProperties: false,
    },
  },
  required: ['_links'],
  additionalProperties: false,
} satisfies JsonSchema
