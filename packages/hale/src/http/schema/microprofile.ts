import type { JsonSchema } from './json-schema.ts'
import { checkName } from './parts.ts'

const status = { enum: ['UP', 'DOWN'] } satisfies JsonSchema

/** MicroProfile Health 4: no other properties, and no nesting in `data`. */
export const microprofileSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A health report as MicroProfile Health',
  type: 'object',
  properties: {
    status,
    checks: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: checkName,
          status,
          data: { type: 'object', additionalProperties: { type: ['string', 'boolean', 'number'] } },
        },
        required: ['name', 'status'],
        additionalProperties: false,
      },
    },
  },
  required: ['status', 'checks'],
  additionalProperties: false,
} satisfies JsonSchema
