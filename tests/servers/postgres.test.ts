import pg from 'pg'
import { expect, test } from 'vitest'
import { postgresProgram, startPostgres } from './postgres.ts'
import { processTree } from './process-tree.mjs'
import { expectNothingLeft } from './remains.ts'
import { whenOwned, whenProvided } from './when-provided.ts'

async function outcome(connectionString: string, options: pg.ClientConfig = {}): Promise<string> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: 2_000,
    query_timeout: 300,
    ...options,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query('select 40 + 2 as answer')
    return String(rows[0].answer)
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    return code ?? message
  } finally {
    await client.end().catch(() => {})
  }
}

whenProvided(postgresProgram, 'a PostgreSQL', () => {
  test('answers, and refuses a wrong password', async () => {
    await using server = await startPostgres()
    expect(await outcome(server.url)).toBe('42')
    expect(await outcome(server.url.replace(server.password, 'wrong'))).toBe('28P01')
  })
})

whenOwned(postgresProgram, 'a PostgreSQL of the test’s own', () => {
  test('freezes, thaws, dies, comes back with its data and leaves nothing', async () => {
    await using server = await startPostgres()
    const { url, directory } = server
    const client = new pg.Client({ connectionString: url, query_timeout: 200 })
    client.on('error', () => {})
    await client.connect()
    await client.query('create table kept (n int)')
    server.stop()
    await expect(client.query('select 1')).rejects.toThrow('timeout')
    server.cont()
    await expect(client.query('select 1')).resolves.toBeDefined()

    const before = processTree(server.pid())
    expect(before.length).toBeGreaterThan(2)
    await server.kill()
    expectNothingLeft({ pids: before })
    expect(await outcome(url)).toBe('ECONNREFUSED')

    await server.restart()
    expect(await outcome(url)).toBe('42')
    const again = new pg.Client({ connectionString: url })
    await again.connect()
    await expect(again.query('select * from kept')).resolves.toMatchObject({ rowCount: 0 })
    await again.end()

    const pids = processTree(server.pid())
    await server.close()
    expectNothingLeft({ pids, ...(directory && { directory }) })
  })

  test('turns clients away past max_connections', async () => {
    await using server = await startPostgres({ maxConnections: 3 })
    const clients = Array.from({ length: 3 }, () => new pg.Client({ connectionString: server.url }))
    await Promise.all(clients.map((client) => client.connect()))
    expect(await outcome(server.url)).toBe('53300')
    await Promise.all(clients.map((client) => client.end()))
  })

  test('speaks TLS with a certificate that only its own authority vouches for', async () => {
    await using server = await startPostgres({ ssl: true })
    expect(await outcome(server.url, { ssl: { ca: server.ca } })).toBe('42')
    expect(await outcome(server.url, { ssl: { rejectUnauthorized: true } })).toMatch(
      /UNABLE_TO_VERIFY|SELF_SIGNED/,
    )
  })

  test('leaves nothing when it is killed and closed, or frozen and closed', async () => {
    for (const fault of ['kill', 'stop'] as const) {
      const server = await startPostgres()
      const pids = processTree(server.pid())
      await server[fault]()
      await server.close()
      expectNothingLeft({ pids, ...(server.directory && { directory: server.directory }) })
    }
  })
})
