import { EventEmitter } from 'node:events'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Redis } from 'ioredis'
import { connect } from 'mqtt'
import mssqlDriver from 'mssql'
import pg from 'pg'
import { createClient, createCluster } from 'redis'
import { expect, test, vi } from 'vitest'
import { closedPort } from '../../../../../tests/servers/faulty-tcp.ts'
import { mqtt } from '../../checks/mqtt.ts'
import { mssql } from '../../checks/mssql.ts'
import { mysql } from '../../checks/mysql.ts'
import { postgres } from '../../checks/postgres.ts'
import { rabbitmq } from '../../checks/rabbitmq.ts'
import { redis } from '../../checks/redis.ts'
import { sql } from '../../checks/sql.ts'
import type { CheckDefinition } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { warnOfUnheardErrors } from './unheard-errors.ts'

const warningOf = (name: string): string =>
  `the ${name} has no listener of errors, so a connection that breaks ends the process; add ${name}.on('error', …)`

test('warns while nobody listens, and of nothing that emits no events', () => {
  const warn = vi.fn()
  const context = { name: 'x', signal: new AbortController().signal, timeoutMs: 500, now: () => 0, warn }
  const torn = (): never => {
    throw new Error('torn down')
  }
  const throwing = Object.assign(new EventEmitter(), { listenerCount: torn })
  const heard = new EventEmitter().on('error', () => {})
  for (const other of [undefined, null, 1, {}, { on: torn }, throwing, heard])
    warnOfUnheardErrors(context, other, 'pool')
  expect(warn.mock.calls).toEqual([])
  warnOfUnheardErrors(context, new EventEmitter(), 'pool')
  expect(warn.mock.calls).toEqual([[warningOf('pool')]])
})

interface Unheard {
  readonly of: string
  readonly name?: string
  make(port: number): { readonly client: object; readonly check: CheckDefinition; end?(): unknown }
}

const host = '127.0.0.1'
const emitter = (methods: object) => Object.assign(new EventEmitter(), methods)
const clients: readonly Unheard[] = [
  {
    of: 'a Pool of pg',
    name: 'pool',
    make(port) {
      const client = new pg.Pool({ host, port })
      return { client, check: postgres(client), end: () => client.end() }
    },
  },
  {
    of: 'a Client of pg',
    name: 'client',
    make(port) {
      const client = new pg.Client({ host, port })
      return { client, check: postgres(client) }
    },
  },
  {
    of: 'Drizzle over a Pool of pg',
    name: 'pool',
    make(port) {
      const client = new pg.Pool({ host, port })
      return { client, check: sql(drizzle(client)), end: () => client.end() }
    },
  },
  {
    of: 'a client of redis',
    name: 'client',
    make(port) {
      const client = createClient({ url: `redis://${host}:${port}` })
      return { client, check: redis(client, { timeoutMs: 50 }) }
    },
  },
  {
    of: 'a cluster of redis',
    name: 'client',
    make(port) {
      const client = createCluster({ rootNodes: [{ url: `redis://${host}:${port}` }] })
      return { client, check: redis(client as never, { timeoutMs: 50 }) }
    },
  },
  {
    of: 'a connection of amqplib, by its structure',
    name: 'connection',
    make() {
      const client = emitter({ createChannel() {}, createConfirmChannel() {}, _core: { _model: null } })
      return { client, check: rabbitmq(client as never) }
    },
  },
  {
    of: 'a connection of mysql2, by its structure',
    name: 'connection',
    make() {
      const client = emitter({ promise() {}, query() {}, state: 'disconnected' })
      return { client, check: mysql(client as never) }
    },
  },
  {
    of: 'a ConnectionPool of mssql',
    name: 'pool',
    make(port) {
      const client = new mssqlDriver.ConnectionPool({ server: host, port })
      return { client, check: mssql(client) }
    },
  },
  {
    // It listens to itself.
    of: 'a client of mqtt',
    make(port) {
      const client = connect({ host, port, manualConnect: true })
      return { client, check: mqtt(client) }
    },
  },
  {
    // It writes to the console what nobody listens to.
    of: 'a client of ioredis',
    make(port) {
      const client = new Redis({ host, port, lazyConnect: true })
      return { client, check: redis(client, { timeoutMs: 50 }), end: () => client.disconnect() }
    },
  },
]

test.each(clients)(
  '$of: what nobody listens to is told once, and not when somebody does',
  async (unheard) => {
    const port = await closedPort()
    for (const listens of [false, true]) {
      const { client, check, end } = unheard.make(port)
      if (listens) (client as EventEmitter).on('error', () => {})
      const warn = vi.fn()
      const logger = { info() {}, error() {}, warn }
      await using health = createHealth({ checks: { one: check }, logger })
      for (let run = 0; run < 2; run++) expect((await health.check('one').run()).status).toBe('DOWN')
      const told = listens || unheard.name === undefined ? [] : [`check one: ${warningOf(unheard.name)}`]
      expect(warn.mock.calls.map(([text]) => text)).toEqual(told)
      await end?.()
    }
  },
)
