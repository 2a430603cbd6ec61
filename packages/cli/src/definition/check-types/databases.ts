import type { MongodbCheckOptions, MongodbClient } from 'hale/checks/mongodb'
import type { MysqlCheckOptions, MysqlClient } from 'hale/checks/mysql'
import type { PostgresCheckOptions, PostgresPool } from 'hale/checks/postgres'
import type { RedisCheckOptions, RedisClient } from 'hale/checks/redis'
import { checkType } from '../check-type.ts'
import { type Emitter, expectScheme, exported, make } from '../driver.ts'
import { needed, oneOf, query, saturation, thresholds, url } from '../field.ts'

// A run at a time, and one that is left over from a run that timed out.
const connections = 2
const idleMs = 60_000

export const postgres = checkType<PostgresCheckOptions>()({
  name: 'postgres',
  summary: 'PostgreSQL answers a query',
  needs: 'pg',
  target: { url: needed(url('Such as postgres://user:password@host:5432/database.')) },
  options: { query: query('SELECT 1'), ...saturation },
  async make({ url }, options, { driver, clientError }) {
    expectScheme(url, 'postgres', 'postgresql', 'socket')
    const { postgres } = await import('hale/checks/postgres')
    const settings = {
      connectionString: url,
      max: connections,
      idleTimeoutMillis: idleMs,
      application_name: 'hale',
    }
    const pool = make<PostgresPool & Emitter & { end(): Promise<void> }>(driver, 'Pool', settings)
    pool.on('error', clientError)
    return { check: postgres(pool, options), close: () => pool.end() }
  },
})

export const mysql = checkType<MysqlCheckOptions>()({
  name: 'mysql',
  summary: 'MySQL or MariaDB answers a query',
  needs: 'mysql2',
  target: { url: needed(url('Such as mysql://user:password@host:3306/database.')) },
  options: { query: query('SELECT 1'), ...saturation },
  async make({ url }, options, { driver, clientError }) {
    const { mysql } = await import('hale/checks/mysql')
    type Pool = MysqlClient & Emitter & { end(done: (error: unknown) => void): void }
    const createPool = exported<(settings: object) => Pool>(driver, 'createPool')
    const pool = createPool({ uri: url, connectionLimit: connections, idleTimeout: idleMs })
    pool.on('error', clientError)
    return { check: mysql(pool, options), close: () => new Promise((resolve) => pool.end(resolve)) }
  },
})

export const redis = checkType<RedisCheckOptions>()({
  name: 'redis',
  summary: 'Redis or Valkey answers a PING',
  needs: 'ioredis',
  target: { url: needed(url('Such as redis://user:password@host:6379/0; rediss: for TLS.')) },
  options: {
    nodes: oneOf('How many nodes of a cluster must be up.', ['all', 'quorum', 'any'], 'quorum'),
    role: oneOf('What it must be.', ['master', 'replica']),
    memory: thresholds('The memory in use, of the most it may take.', 'share'),
    ...saturation,
  },
  async make({ url }, options, { driver, clientError }) {
    expectScheme(url, 'redis', 'rediss')
    const { redis } = await import('hale/checks/redis')
    const settings = {
      connectionName: 'hale',
      lazyConnect: true,
      maxRetriesPerRequest: null,
      // Never later: it must be seen soon that the server is back.
      retryStrategy: (times: number) => Math.min(times * 100, 1000),
    }
    const client = make<RedisClient & Emitter & { connect(): Promise<void>; disconnect(): void }>(
      driver,
      'Redis',
      url,
      settings,
    )
    client.on('error', clientError)
    return {
      check: redis(client, options),
      start: () => void client.connect().catch(clientError),
      close: () => client.disconnect(),
    }
  },
})

export const mongodb = checkType<MongodbCheckOptions>()({
  name: 'mongodb',
  summary: 'MongoDB answers a ping',
  needs: 'mongodb',
  target: { url: needed(url('Such as mongodb://user:password@host:27017/database.')) },
  options: {
    readPreference: oneOf(
      'Which member will do.',
      ['primary', 'primaryPreferred', 'secondary', 'secondaryPreferred', 'nearest'],
      'primary',
    ),
    ...saturation,
  },
  async make({ url }, options, { driver, clientError }) {
    const { mongodb } = await import('hale/checks/mongodb')
    const settings = { maxPoolSize: connections, maxIdleTimeMS: idleMs, appName: 'hale' }
    type Client = MongodbClient & Emitter & { close(): Promise<void> }
    let current: Client | undefined
    const open = (): Client => {
      const made = make<Client>(driver, 'MongoClient', url, settings)
      made.on('error', clientError)
      // One that found no server for its first 30 s is closed for good, and every command is told so: the next one may.
      made.on('topologyClosed', () => {
        if (current === made) current = undefined
      })
      return made
    }
    current = open()
    const check = mongodb(() => {
      current ??= open()
      return current
    }, options)
    return { check, close: () => current?.close() }
  },
})
