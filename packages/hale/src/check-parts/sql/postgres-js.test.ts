import postgresJs from 'postgres'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { polling } from '../../../../../tests/polling.ts'
import { type PostgresServer, postgresProgram, startPostgres } from '../../../../../tests/servers/postgres.ts'
import { startTcpGate, type TcpGate } from '../../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../../tests/servers/when-provided.ts'
import { type PostgresCheckOptions, postgres } from '../../checks/postgres.ts'
import { sql } from '../../checks/sql.ts'
import { systemClock } from '../../core/clock.ts'
import { singleCheck } from '../../testing/single-check.ts'
import type { PostgresJs } from './postgres-js.ts'

const eventually = polling({ timeout: 10_000, interval: 5 })

function connected(url: string, options: postgresJs.Options<Record<string, never>>) {
  const client = postgresJs(url, { onnotice: () => {}, ...options })
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end({ timeout: 1 }) })
}

function asked(client: PostgresJs, options: PostgresCheckOptions, clock = systemClock) {
  return singleCheck(postgres(client, options), clock)
}

whenOwned(postgresProgram, 'a pool of postgres.js, over a real PostgreSQL,', () => {
  let server: PostgresServer
  let gate: TcpGate
  beforeAll(async () => {
    server = await startPostgres({ maxConnections: 12 })
    gate = await startTcpGate(server.port)
  })
  afterAll(async () => {
    await gate.close()
    await server.close()
  })
  const throughGate = () => server.url.replace(`:${server.port}`, `:${gate.port}`)
  const reserve = (client: postgresJs.Sql, count: number) =>
    Promise.all(Array.from({ length: count }, () => client.reserve()))

  test('in full use keeps one query of the check, is DOWN past saturatedForMs, and UP again', async () => {
    await using client = connected(server.url, { max: 2 })
    let skewMs = 0
    const clock = { ...systemClock, now: () => systemClock.now() + skewMs }
    const { run } = asked(client, { timeoutMs: 60, saturatedForMs: 30_000 }, clock)
    const held = await reserve(client, 2)
    const unsafe = vi.spyOn(client, 'unsafe')
    for (let times = 0; times < 8; times++) {
      expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'no free connection' })
    }
    skewMs = 30_000
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'no free connection' })
    expect(unsafe).toHaveBeenCalledTimes(1)
    for (const { release } of held) release()
    await eventually(async () => (await run()).message).toBe('connected')
  })

  test('is not in full use when it is the check whose queries are not answered', async () => {
    await using client = connected(server.url, { max: 1 })
    const patient = asked(client, { timeoutMs: 5_000 })
    expect((await patient.run()).status).toBe('UP')
    const { run } = asked(client, { timeoutMs: 50, overlapAfterMs: 1 })
    server.stop()
    try {
      expect((await run()).error).toMatch(/^timed out/)
      await eventually(async () => (await run()).error).toBe('earlier query not answered')
    } finally {
      server.cont()
    }
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('is not in full use while the application waits for all of its connections to be made', async () => {
    await using client = connected(throughGate(), { max: 2, connect_timeout: 60, backoff: () => 0 })
    const { run } = asked(client, { timeoutMs: 200 })
    await eventually(async () => (await run()).status).toBe('UP')
    await gate.become('silent')
    gate.drop()
    await eventually(() => gate.open).toBe(0)
    const works = Promise.allSettled(Array.from({ length: 3 }, () => client.unsafe('SELECT 1')))
    try {
      await eventually(() => gate.open).toBe(2)
      for (let times = 0; times < 3; times++) {
        expect(await run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
      }
    } finally {
      await gate.become('well')
    }
    await works
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('beneath a client that hides it is asked itself', async () => {
    await using client = connected(server.url, { max: 1 })
    const kysely = { getExecutor: () => ({}), executeQuery: () => Promise.reject(new Error('not this one')) }
    const { run } = singleCheck(sql(kysely, { pool: client, timeoutMs: 1_000 }))
    await eventually(async () => (await run()).message).toBe('connected')
    const held = await client.reserve()
    expect(await run()).toMatchObject({ status: 'DEGRADED', message: 'no free connection' })
    held.release()
    await eventually(async () => (await run()).message).toBe('connected')
    expect(sql(kysely, { pool: {} }).problems).toHaveLength(1)
  })

  test('that tells nothing of its queries is asked all the same', async () => {
    await using client = connected(server.url, { max: 1 })
    const veiled = { begin: () => {}, unsafe: async (text: string) => [...(await client.unsafe(text))] }
    const { run } = asked(veiled, { timeoutMs: 5_000 })
    expect(await run()).toMatchObject({ status: 'UP', message: 'connected' })
    expect((await asked(veiled, { timeoutMs: 5_000, query: 'SELECT x' }).run()).error).toBe('query rejected')
  })
})
