import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHealth } from 'hale'
import { afterAll, expect, it } from 'vitest'
import { type CheckType, fieldsOf } from '../definition/check-type.ts'
import { checkTypes } from '../definition/check-types/index.ts'
import { everyCheck } from '../definition/every-check.ts'
import type { Schema } from '../definition/field.ts'
import { closeAll, definitionsOf } from './make-checks.ts'
import { prepare } from './prepared.ts'

const folder = mkdtempSync(join(tmpdir(), 'hale-options-'))
afterAll(() => rmSync(folder, { recursive: true }))

const schemes: Readonly<Record<string, string>> = {
  ...{ postgres: 'postgres', mysql: 'mysql', redis: 'redis', bullmq: 'redis', rabbitmq: 'amqp' },
  ...{ mongodb: 'mongodb', nats: 'nats', mqtt: 'mqtt', smtp: 'smtp', ldap: 'ldap' },
}

/** What a type needs, each with a value that is right for any. */
function leastOf(type: CheckType): Readonly<Record<string, unknown>> {
  const values: Readonly<Record<string, unknown>> = {
    ...{ host: 'localhost', port: 1, path: folder, servers: ['127.0.0.1:1'], queue: 'q', table: 't' },
    ...{ url: `${schemes[type.name] ?? 'http'}://127.0.0.1`, localDataCenter: 'one', bucket: 'b', send: 's' },
    checks: { one: { type: 'gc' }, two: { type: 'gc' } },
  }
  const needed = Object.entries(fieldsOf(type)).filter(([, { required }]) => required)
  return { type: type.name, ...Object.fromEntries(needed.map(([name]) => [name, values[name]])) }
}

// Nothing is asked, and so nothing trusted.
const pem = (of: string): string => `-----BEGIN ${of}-----\nAA==\n-----END ${of}-----\n`
const [cert, key] = [pem('CERTIFICATE'), pem('PRIVATE KEY')]

/** What an option goes with: without it the option means nothing, and the library says so. */
const together: Readonly<Record<string, object>> = {
  ...{ 'rabbitmq.messages': { queue: 'q' }, 'rabbitmq.consumers': { queue: 'q' } },
  ...{ 'kafka.lag': { topics: ['t'] }, 'kafka.underReplicated': { topics: ['t'] } },
  ...{ 'tls.cert': { key }, 'tls.key': { cert }, probes: { dangerouslyRestartOnFailure: true } },
  degradedAfterMs: { timeoutMs: 2 ** 31 - 1 },
}

/** What only some of the values are that the schema knows no more of than that they are texts, or numbers. */
const instead: Readonly<Record<string, readonly unknown[]>> = {
  ...{ 'dns.servers': [['127.0.0.1'], ['[::1]:53', '127.0.0.1:5353']], 'quorum.needed': [1, 2] },
  ...{ 'tls.ca': [cert, cert + cert], 'tls.cert': [cert], 'tls.key': [key], degradedAfterMs: [1, 1.5, 1e9] },
  dangerouslyRestartOnFailure: [],
}

/** Values that a schema lets through: each of its alternatives, and both ends of what it bounds. */
function rightValues(schema: Schema): readonly unknown[] {
  const { $ref, anyOf, type, minimum = 0, maximum = 1000 } = schema
  if ($ref === '#/definitions/secret') return ['a-text-that-is-secret']
  if ('const' in schema) return [schema.const]
  if (Array.isArray(schema.enum)) return schema.enum
  if (Array.isArray(anyOf)) return anyOf.flatMap(rightValues)
  if (Array.isArray(type)) return type.flatMap((one) => rightValues({ ...schema, type: one }))
  switch (type) {
    case 'null':
      return [null]
    case 'boolean':
      return [true, false]
    case 'integer':
      return [minimum, maximum]
    case 'number':
      return [minimum, maximum, (Number(minimum) + Number(maximum)) / 2]
    case 'string':
      return schema.pattern === undefined ? ['text'] : ['ims', '']
    case 'array': {
      const each = rightValues(schema.items as Schema)
      return [
        ...each.map((one) => [one]),
        ...(each.length > 1 ? [each] : []),
        ...(schema.minItems ? [] : [[]]),
      ]
    }
    case 'object':
      return rightMaps(schema)
    default:
      throw new TypeError(`no value for ${JSON.stringify(schema)}`)
  }
}

/** Maps with each of its properties alone, beside those that it needs. */
function rightMaps({ properties = {}, additionalProperties, required = [] }: Schema): readonly object[] {
  if (typeof additionalProperties === 'object')
    return rightValues(additionalProperties as Schema).map((one) => ({ name: one }))
  const all = Object.entries(properties as Readonly<Record<string, Schema>>)
  const needed = all.filter(([name]) => (required as readonly string[]).includes(name))
  const least = Object.fromEntries(needed.map(([name, one]) => [name, rightValues(one)[0]]))
  return all.flatMap(([name, one]) => rightValues(one).map((value) => ({ ...least, [name]: value })))
}

/** Checks of a type with each of its options, by what they are about. */
function checksOf(type: CheckType): Readonly<Record<string, object>> {
  const least = leastOf(type)
  const checks: Record<string, object> = { least }
  // Those of every check are the same everywhere: once will do.
  const looked = Object.entries(fieldsOf(type)).filter(
    ([name, { required }]) => !required && (type.name === 'tcp' || !(name in everyCheck)),
  )
  for (const [name, { schema }] of looked) {
    const known = instead[`${type.name}.${name}`] ?? instead[name]
    const beside = together[`${type.name}.${name}`] ?? together[name]
    for (const [index, value] of (known ?? rightValues(schema)).entries())
      checks[`${name}-${index}`] = { ...least, ...beside, [name]: value }
  }
  return checks
}

it.each([...checkTypes.values()])(
  '$name is made of each value that the schema knows for each of its options, and ended',
  async (type) => {
    const file = join(folder, `${type.name}.yaml`)
    writeFileSync(file, JSON.stringify({ checks: checksOf(type) }))
    const prepared = await prepare(file, {})
    if ('problems' in prepared)
      throw new Error(prepared.problems.map(({ path, text }) => `${path}: ${text}`).join('\n'))
    await using health = createHealth({ checks: definitionsOf(prepared.made) })
    const { critical, maxAgeMs } = health.control.of('least').settings
    const usual = { critical: true, maxAgeMs: { up: 1000, down: 1000 } }
    expect({ critical, maxAgeMs }).toEqual({ ...usual, ...type.defaults })
    await closeAll(prepared.made.values())
  },
)
