import { readFileSync, writeFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { check, createHealth, selfCheck } from 'hale'
import { describe, expect, it } from 'vitest'
import { fieldsOf, type Made, optionFields } from './check-type.ts'
import { checkTypes } from './check-types/index.ts'
import { defaultProbes, everyCheck } from './every-check.ts'
import type { Schema } from './field.ts'
import { definitionSchema } from './schema.ts'
import { type SchemaError, schemaErrors } from './schema-errors.ts'
import { deployFields, groupFields, serveFields, serviceFields } from './sections.ts'

const types = [...checkTypes.values()]

/** Stands in for a driver: whatever is made of it takes no part in anything. */
const driver = new Proxy({}, { get: () => Object.assign(standIn, { create: standIn }) })
function standIn(): object {
  return {
    on: () => {},
    end: (done?: unknown) => typeof done === 'function' && done(),
    close: () => {},
    disconnect: () => {},
    destroy: () => {},
    shutdown: () => {},
    unbind: () => {},
  }
}

const schemes: Readonly<Record<string, string>> = {
  ...{ postgres: 'postgres', redis: 'redis', bullmq: 'redis', rabbitmq: 'amqp' },
}

async function madeBare(name: string): Promise<Made> {
  const target = {
    ...{
      url: `${schemes[name] ?? 'http'}://127.0.0.1`,
      host: 'localhost',
      port: 1,
      path: '/tmp',
      checks: {},
    },
    ...{ servers: ['127.0.0.1:1'], queue: 'jobs', localDataCenter: 'one' },
  }
  const making = { driver, children: {}, clientError: () => {} }
  return checkTypes.get(name)?.make(target as never, {} as never, making) as Promise<Made>
}

describe('hale.schema.json', () => {
  it('is the shipped file (HALE_WRITE=1 writes it; then format it)', () => {
    const file = new URL('../../hale.schema.json', import.meta.url)
    if (process.env.HALE_WRITE === '1') writeFileSync(file, JSON.stringify(definitionSchema(), undefined, 2))
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(definitionSchema())
  })

  it('is a schema of draft 7, by which Ajv finds wrong what a start does', () => {
    const strict = { strict: true, strictRequired: false, strictTypes: false }
    // What runs a few hundred times need not be fast, and is made in half the time.
    const ajv = new Ajv({ ...strict, allErrors: true, inlineRefs: false, code: { optimize: false } })
    const schema = definitionSchema()
    const validate = ajv.compile(schema)
    let right = 0
    const property = fc.property(documents, (document) => {
      const errors = validate(document) ? [] : (validate.errors ?? [])
      const ofType = new Set(errors.filter(({ keyword }) => keyword === 'type').map(schemaAround))
      // Of a number that is not whole Ajv also says that it is too small.
      const expected = errors
        .filter((error) => error.keyword === 'type' || !ofType.has(schemaAround(error)))
        .filter(({ keyword }) => keyword !== 'if')
        .map(({ instancePath, keyword, params }) =>
          [instancePath, keyword, params.missingProperty ?? params.additionalProperty].join(' '),
        )
      const found = schemaErrors(schema, document).flatMap(everyOne).map(asAjv)
      expect(new Set(found)).toEqual(new Set(expected))
      if (errors.length === 0) right += 1
    })
    fc.assert(property, { numRuns: 500 })
    expect(right).toBeGreaterThan(25)
  })

  it('has nothing in it, however deep, that a start does not know', () => {
    const whole = definitionSchema()
    const { definitions } = whole
    const looked = schemasIn(whole).map((schema) => {
      // Of each type there is, so that no keyword is passed over since a value is of another.
      return [null, true, 1, 0.5, 'x', ['x'], {}].map((value) =>
        schemaErrors({ ...schema, definitions }, value),
      )
    })
    expect(looked.length).toBeGreaterThan(500)
  })

  it('is refused by a start where it has what that does not know', () => {
    expect(() => schemaErrors({ multipleOf: 2 }, 1)).toThrow('multipleOf is not known here')
    expect(() => schemaErrors({ type: 'any' }, null)).toThrow('any is no type that is known here')
    expect(() => schemaErrors({ $ref: '#/definitions/gone' }, 1)).toThrow('leads nowhere')
  })
})

/** Every schema that is in one, and itself. */
const schemasIn = (schema: Schema): readonly Schema[] => {
  const { properties, patternProperties, definitions, additionalProperties, items, anyOf, allOf } = schema
  const held = [properties, patternProperties, definitions].flatMap((map) => Object.values(map ?? {}))
  const listed = [anyOf, allOf].flatMap((list) => (list ?? []) as readonly Schema[])
  const single = [additionalProperties, items, schema.if, schema.then].filter(
    (one) => typeof one === 'object',
  )
  return [schema, ...([...held, ...listed, ...single] as readonly Schema[]).flatMap(schemasIn)]
}
const schemaAround = ({ instancePath, schemaPath }: { instancePath: string; schemaPath: string }): string =>
  `${instancePath} ${schemaPath.slice(0, schemaPath.lastIndexOf('/'))}`
const everyOne = (error: SchemaError): readonly SchemaError[] => [
  error,
  ...(error.alternatives ?? []).flat().flatMap(everyOne),
]
const asAjv = ({ path, keyword, name }: SchemaError): string =>
  [
    path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    keyword,
    name,
  ].join(' ')

/** Values that one field or another holds, or nearly. */
const values = fc.constantFrom<unknown>(
  ...[
    null,
    true,
    false,
    0,
    1,
    -1,
    0.5,
    1.5,
    200,
    700,
    70_000,
    2 ** 31,
    '',
    'x',
    'UP',
    'DOWN',
    'GET',
    'debug',
  ],
  ...[
    [],
    ['x'],
    ['x', 'x'],
    [''],
    [1],
    [200, 999],
    ['json'],
    ['json', 'json'],
    ['readiness'],
    [{ path: 'a' }],
  ],
  ...[{}, { file: 'x' }, { file: '' }, { file: 'x', y: 1 }, { x: 'y' }, { x: { file: 'y' } }, { 'a/b~c': 1 }],
  ...[{ degradedAt: 0.5 }, { degradedAt: -1, downAt: 2 }, { up: 1, down: 'x' }, { UP: 200, DOWN: 700 }],
  ...[
    { match: 'a', flags: 'i' },
    { match: 'a', flags: 'q' },
    { value: 't', visibility: 'debug' },
    { value: 1 },
  ],
  ...[{ path: 'a', equals: 1 }, { path: 1 }, { token: 'x' }, { token: { ann: 'x' } }, { token: {} }],
  ...[{ port: 1 }, { port: 1, weights: { up: 0 } }, { perSecond: 1 }, { perSecond: 0 }, { members: ['x'] }],
)

/** Maps of a few of these names, and now and then of another. */
const mapOf = (names: readonly string[], valuesOf: fc.Arbitrary<unknown> = values) =>
  fc.dictionary(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, fc.constant('other')),
    valuesOf,
    {
      maxKeys: 3,
      noNullPrototype: true,
    },
  )

const checkOf = fc.constantFrom(...types).chain((type) => {
  const needed = Object.entries(type.target).map(([name, { fileName = name }]) => fileName)
  const all = mapOf(Object.keys(fieldsOf(type)))
  const right = fc.constantFrom('x', 1, ['x'], { one: { type: 'gc' } }, { one: { type: 'tcp' } })
  const targets = fc.tuple(...needed.map(() => right))
  return fc.tuple(all, targets, fc.integer({ min: 0, max: 9 })).map(([given, found, misspelt]) => ({
    ...Object.fromEntries(needed.map((name, index) => [name, found[index]])),
    ...given,
    ...(misspelt > 0 && { type: misspelt === 1 ? 'postgress' : type.name }),
  }))
})

const named = (valuesOf: fc.Arbitrary<unknown>) =>
  fc.dictionary(fc.constantFrom('a', 'b', 'c/~'), valuesOf, { maxKeys: 2, noNullPrototype: true })
const one = (name: string, valuesOf: fc.Arbitrary<unknown>) =>
  valuesOf.map((value) => ({ checks: {}, [name]: value }))
const sections = {
  checks: named(checkOf),
  service: mapOf(Object.keys(serviceFields)),
  serve: mapOf(Object.keys(serveFields)),
  deploy: mapOf(Object.keys(deployFields)),
  groups: named(mapOf(Object.keys(groupFields))),
  budgetMs: values,
  'x-any': values,
  other: values,
}

/** Most have one thing that may be wrong; where there are many nothing is ever right. */
const documents = fc.oneof(
  { weight: 1, arbitrary: values },
  { weight: 2, arbitrary: fc.record(sections, { requiredKeys: ['checks'], noNullPrototype: true }) },
  { weight: 6, arbitrary: one('checks', sections.checks) },
  { weight: 6, arbitrary: fc.oneof(...Object.entries(sections).map(([name, all]) => one(name, all))) },
)

describe('the types of checks', () => {
  it.each(types.map(({ name }) => name))('%s has the options of its check, and no others', async (name) => {
    const type = checkTypes.get(name)
    const { check: made, close } = await madeBare(name)
    await close?.()
    const own = [...(made.ownOptions ?? [])].filter((option) => !Object.hasOwn(everyCheck, option))
    expect(Object.keys(type?.options ?? {}).sort()).toEqual(own.sort())
  })

  it('belong to the probes of the library, where a file names none', async () => {
    const own = await Promise.all(['disk', 'memory', 'tcp', 'dns'].map(madeBare))
    const made = [check(() => {}), selfCheck(() => {}), ...own.map((one) => one.check)]
    await using health = createHealth({
      checks: Object.fromEntries(made.map((one, index) => [`c${index}`, one])),
    })
    const names = made.map((_, index) => `c${index}`)
    for (const { name, members } of health.groups)
      expect(members, name).toEqual(defaultProbes.some((probe) => probe === name) ? names : [])
  })

  it('names for every check what the library knows', async () => {
    const unset = Object.fromEntries(Object.keys(everyCheck).map((name) => [name, undefined]))
    const make = (options: object) => createHealth({ checks: { one: check(() => {}, options) } })
    await make(unset).dispose()
    expect(() => make({ ...unset, timeoutMS: undefined })).toThrow('did you mean timeoutMs?')
  })

  it.each(types)('$name has each name in the file once, and a sentence for each', (type) => {
    const names = [...Object.entries(type.target), ...Object.entries(optionFields(type))].map(
      ([name, { fileName }]) => fileName ?? name,
    )
    expect(new Set([...names, 'type', ...Object.keys(everyCheck)]).size).toBe(
      names.length + 1 + Object.keys(everyCheck).length,
    )
    for (const { description } of Object.values(fieldsOf(type))) expect(description).toMatch(/^\S.*\.$/)
  })
})
