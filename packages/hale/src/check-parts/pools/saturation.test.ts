import makeKnex from 'knex'
import { createPool } from 'mysql2'
import pg from 'pg'
import { Sequelize } from 'sequelize'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { polling } from '../../../../../tests/polling.ts'
import { startFaultyTcp, type TcpServer } from '../../../../../tests/servers/faulty-tcp.ts'
import { mysql } from '../../checks/mysql.ts'
import { postgres } from '../../checks/postgres.ts'
import { sql } from '../../checks/sql.ts'
import type { CheckDefinition } from '../../core/check.ts'
import { singleCheck } from '../../testing/single-check.ts'

const max = 2
const timeoutMs = 100

interface Made {
  readonly check: CheckDefinition<'readiness'>
  /** What the application asks. */
  ask(): PromiseLike<unknown>
  end(): unknown
}

const makers: Readonly<Record<string, (port: number) => Made>> = {
  pg(port) {
    const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'hale', max })
    return { check: postgres(pool, { timeoutMs }), ask: () => pool.connect(), end: () => pool.end() }
  },
  mysql2(port) {
    const pool = createPool({ host: '127.0.0.1', port, user: 'hale', connectionLimit: max })
    return {
      check: mysql(pool, { timeoutMs }),
      ask: () => pool.promise().getConnection(),
      end: () => pool.promise().end(),
    }
  },
  'tarn beneath Knex'(port) {
    const log = { warn() {}, error() {}, deprecate() {}, debug() {} }
    const knex = makeKnex({
      client: 'pg',
      connection: { host: '127.0.0.1', port },
      pool: { min: 0, max },
      log,
    })
    return { check: sql(knex, { timeoutMs }), ask: () => knex.raw('SELECT 1'), end: () => knex.destroy() }
  },
  'sequelize-pool'(port) {
    // Without the version it asks for that first, through one connection.
    const asked = { logging: false, databaseVersion: '15.0.0' } as const
    const options = { dialect: 'postgres', host: '127.0.0.1', port, pool: { max }, ...asked } as const
    const sequelize = new Sequelize('hale', 'hale', 'secret', options)
    return {
      check: sql(sequelize, { timeoutMs }),
      ask: () => sequelize.query('SELECT 1'),
      end: () => sequelize.close(),
    }
  },
}

// The application has asked for each connection that the pool may have, and none of them comes about: that is no pool
// in full use, though nobody can have a connection of it either.
describe.each(Object.entries(makers))(
  'the pool of %s, in front of a server that is silent',
  (_name, make) => {
    let server: TcpServer
    let made: Made
    beforeAll(async () => {
      server = await startFaultyTcp({ kind: 'silent' })
      made = make(server.port)
    })
    afterAll(async () => {
      // Its sockets are closed first: what waits for an answer keeps a pool from ending.
      await server.close()
      await made.end()
    })

    test('is not taken for saturated', async () => {
      const { run } = singleCheck(made.check)
      const asked = Array.from({ length: max }, () => Promise.resolve(made.ask()).catch(() => {}))
      await polling({ timeout: 5_000, interval: 5 })(() => server.open).toBeGreaterThanOrEqual(max)
      for (let times = 0; times < 5; times++) {
        expect(await run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
      }
      await server.close()
      await Promise.all(asked)
    })
  },
)
