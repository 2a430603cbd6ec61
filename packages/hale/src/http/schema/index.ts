import type { FormatName } from '../formats/built-in-formats.ts'
import { actuatorSchema, actuatorV2Schema } from './actuator.ts'
import { healthJsonSchema } from './health-json.ts'
import { htmlSchema } from './html.ts'
import { jsonSchema } from './json.ts'
import type { JsonSchema } from './json-schema.ts'
import { kubernetesSchema } from './kubernetes.ts'
import { microprofileSchema } from './microprofile.ts'
import { openMetricsSchema, prometheusSchema } from './prometheus.ts'

export { actuatorIndexSchema } from './actuator.ts'
export type { JsonSchema } from './json-schema.ts'

/**
 * The JSON Schema (draft 2020-12) of each format's bodies, by the format's name and by media type. A format that is
 * text has a schema too: of a string, with the grammar as its pattern.
 *
 * @example
 * ```ts
 * import { formatSchemas } from 'hale/schemas'
 *
 * const schema = formatSchemas['health-json']['application/health+json']
 * ```
 */
export const formatSchemas = {
  json: { 'application/json': jsonSchema },
  html: { 'text/html': htmlSchema },
  kubernetes: { 'text/plain': kubernetesSchema },
  'health-json': { 'application/health+json': healthJsonSchema },
  actuator: {
    'application/vnd.spring-boot.actuator.v3+json': actuatorSchema,
    'application/vnd.spring-boot.actuator.v2+json': actuatorV2Schema,
  },
  microprofile: { 'application/json': microprofileSchema },
  prometheus: { 'text/plain': prometheusSchema, 'application/openmetrics-text': openMetricsSchema },
} satisfies Readonly<Record<FormatName, Readonly<Record<string, JsonSchema>>>>
