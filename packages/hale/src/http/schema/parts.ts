import { namePattern } from '../../core/names.ts'
import type { JsonSchema } from './json-schema.ts'

export const text = { type: 'string' } satisfies JsonSchema
export const instant = { type: 'string', format: 'date-time' } satisfies JsonSchema
export const checkName = { type: 'string', pattern: namePattern } satisfies JsonSchema
