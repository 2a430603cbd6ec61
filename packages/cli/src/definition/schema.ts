import { type CheckType, fieldsOf, fieldsWithOtherDefault } from './check-type.ts'
import { checkTypes } from './check-types/index.ts'
import { everyCheck } from './every-check.ts'
import { milliseconds, type Schema, schemaOfFields } from './field.ts'
import { deployFields, groupFields, serveFields, serviceFields } from './sections.ts'

/**
 * The JSON Schema of hale.yaml, draft 7: what is shipped for editors, and what a file is checked against. With `used`
 * only those types of checks are told of, though all are known by name: whoever reads one file needs no more.
 */
export function definitionSchema(used: ReadonlySet<string> = new Set(checkTypes.keys())): Schema {
  const types = [...checkTypes.values()].filter(({ name }) => used.has(name))
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'hale.yaml',
    description:
      'What hale serve checks and answers, and what hale generate and hale doctor know of a service.',
    type: 'object',
    required: ['checks'],
    additionalProperties: false,
    // For anchors, as compose has them.
    patternProperties: { '^x-': {} },
    properties: {
      service: { ...schemaOfFields(serviceFields), description: 'Who it is about.' },
      checks: {
        type: 'object',
        description: 'The checks, by name.',
        additionalProperties: { $ref: '#/definitions/check' },
      },
      groups: {
        type: 'object',
        description: 'Groups of checks, and settings of liveness, readiness and startup.',
        additionalProperties: schemaOfFields(groupFields),
      },
      budgetMs: {
        ...milliseconds('', undefined, 1).schema,
        description: 'Milliseconds within which a probe answers, whatever its checks do. Default: 800.',
      },
      serve: { ...schemaOfFields(serveFields), description: 'How hale serve answers.' },
      deploy: {
        ...schemaOfFields(deployFields),
        description: 'What hale generate and hale doctor want to know.',
      },
    },
    definitions: {
      secret: {
        title: 'a text, or { file: where it is read from }',
        anyOf: [
          { type: 'string', minLength: 1 },
          {
            type: 'object',
            properties: { file: { type: 'string', minLength: 1, description: 'The file that holds it.' } },
            additionalProperties: false,
            required: ['file'],
          },
        ],
      },
      check: {
        type: 'object',
        required: ['type'],
        properties: {
          type: { enum: [...checkTypes.keys()], description: 'What kind of check it is.' },
        },
        ...(types.length > 0 && {
          allOf: types.map(({ name }) => ({
            if: { type: 'object', properties: { type: { const: name } }, required: ['type'] },
            // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
            then: { $ref: `#/definitions/${name}` },
          })),
        }),
      },
      ...Object.fromEntries(types.map((type) => [type.name, schemaOfType(type)])),
      ...Object.fromEntries(Object.entries(every).map(([name, schema]) => [`every.${name}`, schema])),
    },
  }
}

/** What all types share stands in the schema once. */
const every = schemaOfFields(everyCheck).properties as { readonly [name: string]: Schema }
const shared = Object.fromEntries(
  Object.keys(every).map((name) => [name, { $ref: `#/definitions/every.${name}` }]),
)

function schemaOfType(type: CheckType): Schema {
  const { properties, ...rest } = schemaOfFields(fieldsOf(type))
  return {
    ...rest,
    description: `${type.summary}${type.needs === undefined ? '' : `; needs the package ${[type.needs, ...(type.orElse ?? [])].join(' or ')}`}.`,
    properties: {
      type: { const: type.name },
      ...(properties as object),
      ...shared,
      ...(schemaOfFields(fieldsWithOtherDefault(type)).properties as object),
    },
  }
}
