import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bullmq } from '../../checks/bullmq.ts'
import { cassandra } from '../../checks/cassandra.ts'
import { dynamodb } from '../../checks/dynamodb.ts'
import { elasticsearch } from '../../checks/elasticsearch.ts'
import { etcd } from '../../checks/etcd.ts'
import { grpc } from '../../checks/grpc.ts'
import { kafka } from '../../checks/kafka.ts'
import { ldap } from '../../checks/ldap.ts'
import { memcached } from '../../checks/memcached.ts'
import { mongodb } from '../../checks/mongodb.ts'
import { mqtt } from '../../checks/mqtt.ts'
import { mssql } from '../../checks/mssql.ts'
import { mysql } from '../../checks/mysql.ts'
import { nats } from '../../checks/nats.ts'
import { nestIndicator } from '../../checks/nest-indicator.ts'
import { postgres } from '../../checks/postgres.ts'
import { rabbitmq } from '../../checks/rabbitmq.ts'
import { redis } from '../../checks/redis.ts'
import { s3 } from '../../checks/s3.ts'
import { smtp } from '../../checks/smtp.ts'
import { sql } from '../../checks/sql.ts'
import { sqlite } from '../../checks/sqlite.ts'
import { zookeeper } from '../../checks/zookeeper.ts'
import type { CheckDefinition } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { ConfigurationError } from '../../errors/configuration-error.ts'

type Kind = (client: never) => CheckDefinition

class Command {}

/** Each check that takes a client, by its file, with the options that ask the most of it. */
const kinds: Readonly<Record<string, Kind>> = {
  bullmq,
  cassandra,
  dynamodb: (client) => dynamodb(client, { table: 'x', command: Command as never }),
  elasticsearch,
  etcd,
  grpc,
  kafka: (client) =>
    kafka(client, { topics: ['x'], lag: { group: 'x', degradedAt: 1 }, underReplicated: { degradedAt: 1 } }),
  ldap,
  memcached,
  mongodb,
  mqtt,
  mssql,
  mysql,
  nats,
  'nest-indicator': nestIndicator,
  postgres,
  rabbitmq: (client) => rabbitmq(client, { queue: 'x' }),
  redis,
  s3: (client) => s3(client, { bucket: 'x', command: Command as never }),
  smtp,
  sql,
  sqlite,
  zookeeper,
}

/** A client that throws when it is asked for any of its properties. */
const closed = new Proxy(
  {},
  {
    get(_target, key) {
      throw new TypeError(`planted: ${String(key)}`)
    },
  },
)

/** What creation makes of it, but for the error that is to be. */
function refusalOf(kind: Kind, client: object): string {
  try {
    createHealth({ checks: { it: kind(client as never) } })
    return ''
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.problems.join('\n')
  }
}

/** A client that has everything but one property, and throws when it is asked for another. */
function faulty(value: unknown, missing: string, broken: string, asked: Set<string>): object {
  return new Proxy(
    {},
    {
      has: () => true,
      get(_target, key) {
        if (typeof key === 'string') asked.add(key)
        if (key === broken) throw new TypeError('planted')
        return key === missing ? undefined : value
      },
    },
  )
}

test('every check that asks for the structure of what it is given is among them', () => {
  const directory = join(import.meta.dirname, '../../checks')
  const files = readdirSync(directory).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const asking = files.filter((name) =>
    /\b(clientCheck|awsCheck|hasMethod)\b/.test(readFileSync(join(directory, name), 'utf8')),
  )
  expect(asking.map((name) => name.replace('.ts', ''))).toEqual(Object.keys(kinds))
})

describe.each(Object.entries(kinds))('%s', (_name, kind) => {
  test('refuses a client that throws at every question as it refuses any other value', () => {
    const refusal = refusalOf(kind, closed)
    expect(refusal).toMatch(/^checks\.it\.(client|queue|indicator|database|transporter)\b.*: expected /m)
    expect(refusal).not.toContain('planted')
    expect(refusal).toBe(refusalOf(kind, {}))
  })

  test('throws no error of a getter, whichever it is', () => {
    // What is asked for besides, once something is missing or broken, is found on the way.
    const asked = new Set(['none'])
    for (const value of [() => {}, {}, 1])
      for (const missing of asked)
        for (const broken of asked)
          expect(refusalOf(kind, faulty(value, missing, broken, asked))).not.toContain('planted')
    expect(asked.size).toBeGreaterThan(1)
  })
})
