import type { JsonSchema } from './json-schema.ts'

const metric = '[a-z][a-z0-9_]*'
const label = '[a-z][a-z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"'
const number = '(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:e[+-]?[0-9]+)?'
const help = `# HELP ${metric} [^\\n]+\\n`
const type = `# TYPE ${metric} gauge\\n`
const samples = `(?:${metric}\\{${label}(?:,${label})*\\} ${number}\\n)+`

const $schema = 'https://json-schema.org/draft/2020-12/schema'

/** Prometheus' text format 0.0.4, as far as hale writes it. */
export const prometheusSchema = {
  $schema,
  title: 'Health as metrics for Prometheus',
  type: 'string',
  pattern: `^(?:${help}${type}${samples})*$`,
} satisfies JsonSchema

/** OpenMetrics 1.0, as far as hale writes it. */
export const openMetricsSchema = {
  $schema,
  title: 'Health as OpenMetrics',
  type: 'string',
  pattern: `^(?:${help}${type}(?:# UNIT ${metric} seconds\\n)?${samples})*# EOF\\n$`,
} satisfies JsonSchema
