import { Ajv2020 } from 'ajv/dist/2020.js'
import { default as formats } from 'ajv-formats'
import type { HealthResponse } from 'hale/http'
import { formatSchemas } from 'hale/schemas'
import { expect } from 'vitest'

type Validity = (body: unknown) => readonly string[]

const ajv = new Ajv2020({
  strict: true,
  strictTuples: false,
  strictRequired: false,
  allowUnionTypes: true,
  allErrors: true,
})
// Its types say that the function is a property of the module; at run time it is the module.
;(formats as unknown as (of: Ajv2020) => void)(ajv)

function validityOf(schema: object): Validity {
  const validate = ajv.compile(schema)
  return (body) => (validate(body) ? [] : (validate.errors ?? []).map((error) => JSON.stringify(error)))
}

const validities = new Map<string, Validity>()

/** What is wrong with a body that says it is of this format, by the schema that is shipped for it. */
export function faultsOf(
  format: keyof typeof formatSchemas,
  { headers, body }: HealthResponse,
): readonly string[] {
  const mediaType = headers['Content-Type']?.split(';')[0] ?? ''
  const schemas: Readonly<Record<string, object>> = formatSchemas[format]
  // The actuator's paths serve v3 as plain JSON too.
  const schema = schemas[mediaType] ?? (format === 'actuator' ? Object.values(schemas)[0] : undefined)
  if (schema === undefined) return [`${format} has no schema for ${mediaType}`]
  const key = `${format} ${mediaType}`
  const validity = validities.get(key) ?? validityOf(schema)
  validities.set(key, validity)
  const text = 'type' in schema && schema.type === 'string'
  return validity(text ? body : JSON.parse(body))
}

export function expectValid(format: keyof typeof formatSchemas, response: HealthResponse | undefined): void {
  expect(response, 'no answer').toBeDefined()
  expect(faultsOf(format, response as HealthResponse), (response as HealthResponse).body).toEqual([])
}

export const validityOfSchema = validityOf
