/** A JSON Schema (draft 7), as far as these facts need one. */
export interface Schema {
  readonly [keyword: string]: unknown
}

/** An object that has these properties and no others: a field that nobody knows is a mistyped one. */
export function closed(
  properties: { readonly [name: string]: Schema },
  required: readonly string[] = [],
): Schema {
  return { type: 'object', additionalProperties: false, properties, required }
}

export function listOf(items: Schema, least = 1): Schema {
  return { type: 'array', items, minItems: least }
}

export function mapOf(values: Schema): Schema {
  return { type: 'object', additionalProperties: values }
}

export function integer(minimum: number, maximum = Number.MAX_SAFE_INTEGER): Schema {
  return { type: 'integer', minimum, maximum }
}

export function oneOf(...values: readonly unknown[]): Schema {
  return { enum: values }
}

export const text: Schema = { type: 'string', minLength: 1 }
export const flag: Schema = { type: 'boolean' }
export const port: Schema = integer(1, 65_535)
export const path: Schema = { type: 'string', pattern: '^/[^?#]*$' }
/** RFC 1123. */
export const label: Schema = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' }
/** Such as `1m30s` and `500ms`: Go's. */
export const duration: Schema = { type: 'string', pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h))+$' }
/** Names of resources that become no label of the DNS. */
export const subdomain: Schema = {
  type: 'string',
  maxLength: 253,
  pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
}
