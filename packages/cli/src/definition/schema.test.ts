import { readFileSync, writeFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { check, createHealth } from 'hale'
import { describe, expect, it } from 'vitest'
import { fieldsOf, type Made, optionFields } from './check-type.ts'
import { checkTypes } from './check-types/index.ts'
import { everyCheck } from './every-check.ts'
import { definitionSchema } from './schema.ts'

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

async function madeBare(name: string): Promise<Made> {
  const target = {
    ...{ url: 'http://127.0.0.1', host: 'localhost', port: 1, path: '/tmp', checks: {} },
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

  it('is a schema of draft 7', () => {
    const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false, strictTypes: false })
    expect(() => ajv.compile(definitionSchema())).not.toThrow()
  })
})

describe('the types of checks', () => {
  it.each(types.map(({ name }) => name))('%s has the options of its check, and no others', async (name) => {
    const type = checkTypes.get(name)
    const { check: made, close } = await madeBare(name)
    await close?.()
    const own = [...(made.ownOptions ?? [])].filter((option) => !Object.hasOwn(everyCheck, option))
    expect(Object.keys(type?.options ?? {}).sort()).toEqual(own.sort())
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
