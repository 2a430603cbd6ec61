import type { JsonSchema } from './json-schema.ts'

export const text = { type: 'string' } satisfies JsonSchema
export const instant = { type: 'string', format: 'date-time' } satisfies JsonSchema
export const checkName = { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$' } satisfies JsonSchema
