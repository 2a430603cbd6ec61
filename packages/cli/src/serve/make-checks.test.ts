import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHealth } from 'hale'
import { afterAll, describe, expect, it } from 'vitest'
import { freePort } from '../../../../tests/servers/free-port.ts'
import { type CheckType, fieldsOf } from '../definition/check-type.ts'
import { checkTypes } from '../definition/check-types/index.ts'
import type { CheckEntry } from '../definition/definition.ts'
import { parseDefinition } from '../definition/load-definition.ts'
import { importDriver } from './driver-lookup.ts'
import { closeAll, definitionsOf, makeChecks, startAll } from './make-checks.ts'

const folder = mkdtempSync(join(tmpdir(), 'hale-made-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PLANTED = 'planted-Secret'

async function made(checks: string, lookup = importDriver) {
  const text = `checks:\n${checks}`
  const { definition, places, problems } = parseDefinition(text, folder, { env: {} })
  expect(problems).toEqual([])
  const entries = definition?.checks as Record<string, CheckEntry>
  const result = await makeChecks(entries, { folder, places, importDriver: lookup })
  const texts = result.problems.map(
    ({ line, column, path, text, hint }) => `${line}:${column} ${path}: ${text}; ${hint}`,
  )
  return { ...result, texts }
}

const driven = [...checkTypes.values()].filter(({ needs }) => needs !== undefined)

/** An entry with what a type needs and nothing else. */
function leastOf(type: CheckType): string {
  const needed = Object.entries(fieldsOf(type)).filter(([, { required }]) => required)
  const fields = needed.map(
    ([name, { schema }]) => `${name}: ${schema.type === 'array' ? '["h:1"]' : '"x://u:p@h/d"'}`,
  )
  return `{ type: ${type.name}${fields.map((field) => `, ${field}`).join('')} }`
}

describe('checks that need a driver', () => {
  it.each(driven.map((type) => [type.name, type] as const))(
    '%s says where and how to get it',
    async (name, type) => {
      const { texts, made: some } = await made(
        `  a: ${leastOf(type)}\n  b: { type: gc }`,
        async () => undefined,
      )
      const mend = `npm install ${type.needs}`
      expect(texts).toEqual([`2:14 checks.a: ${name} needs the package ${type.needs}; ${mend}`])
      expect([...some.keys()]).toEqual(['b'])
    },
  )

  it('takes the one that is installed beside the file', async () => {
    const beside = join(folder, 'application')
    const place = join(beside, 'node_modules', 'pg')
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'package.json'), '{ "name": "pg", "main": "index.js" }')
    writeFileSync(join(place, 'index.js'), 'exports.here = true')
    expect(await importDriver('pg', beside)).toMatchObject({ default: { here: true } })
    expect(await importDriver('no-such-driver', folder)).toBeUndefined()
  })

  it('takes what does as well, and what Node has itself', async () => {
    const asked: string[] = []
    const { texts } = await made('  a: { type: sqlite, path: /x }', async (name) => {
      asked.push(name)
      return name === 'node:sqlite' ? { DatabaseSync: class {} } : undefined
    })
    expect({ texts, asked }).toEqual({ texts: [], asked: ['libsql', 'better-sqlite3', 'node:sqlite'] })
    expect(await importDriver('node:path', folder)).toHaveProperty('join')
    expect(await importDriver('node:no-such-module', folder)).toBeUndefined()
  })

  it('tells apart one that is there and broken', async () => {
    const broken = () => Promise.reject(new Error(PLANTED))
    const { texts } = await made('  a: { type: redis, url: "redis://h" }', broken)
    expect(texts).toEqual([
      expect.stringContaining('which is there and cannot be loaded; npm install ioredis'),
    ])
  })

  it.each([
    ['mongodb', 'mongodb', 'mongo://u:planted-Secret@h'],
    ['postgres', 'pg', 'planted-Secret'],
    ['redis', 'ioredis', 'http://u:planted-Secret@h'],
    ['rabbitmq', 'amqplib', 'planted-Secret'],
    ['bullmq', 'bullmq', 'planted-Secret'],
  ])('repeats nothing of a url that %s cannot have', async (type, needs, url) => {
    const queue = type === 'bullmq' ? ', queue: x' : ''
    const { texts } = await made(`  a: { type: ${type}, url: "${url}"${queue} }`)
    expect(texts).toEqual([
      expect.stringMatching(`^2:\\d+ checks.a: ${needs} refuses what it was given; is the url right\\?$`),
    ])
  })

  // A refused connection: the real clients are made, asked and ended, and the checks say what they say of clients.
  it.each([
    ['postgres', 'postgres://u:planted-Secret@127.0.0.1:1/d'],
    ['mysql', 'mysql://u:planted-Secret@127.0.0.1:1/d'],
    ['redis', 'redis://u:planted-Secret@127.0.0.1:1/0'],
    ['mongodb', 'mongodb://u:planted-Secret@127.0.0.1:1/d?serverSelectionTimeoutMS=200'],
    ['rabbitmq', 'amqp://u:planted-Secret@127.0.0.1:1/v'],
    ['nats', 'nats://u:planted-Secret@127.0.0.1:1'],
    ['mqtt', 'mqtt://u:planted-Secret@127.0.0.1:1'],
    ['smtp', 'smtp://u:planted-Secret@127.0.0.1:1'],
    ['ldap', 'ldap://127.0.0.1:1'],
    ['mssql', '127.0.0.1", port: 1, username: u, password: "planted-Secret'],
    ['elasticsearch', 'http://u:planted-Secret@127.0.0.1:1'],
    ['opensearch', 'http://u:planted-Secret@127.0.0.1:1'],
  ])('%s is made of its url, and its client is ended', async (type, url) => {
    const { made: checks, texts } = await made(
      `  a: { type: ${type}, ${type === 'mssql' ? 'host' : 'url'}: "${url}", timeoutMs: 1500 }`,
    )
    expect(texts).toEqual([])
    startAll(checks.values())
    const health = createHealth({ checks: definitionsOf(checks), budgetMs: 2000 })
    const { checks: reports } = await health.readiness()
    const error = expect.stringMatching(type === 'mqtt' ? 'not connected' : 'connection refused')
    expect(reports.a).toMatchObject({ status: 'DOWN', error })
    await health.dispose()
    await closeAll(checks.values())
  })
})

it('asks again for a MongoDB that was not there when it was asked first', async () => {
  const port = await freePort()
  const { made: checks } = await made(
    `  a: { type: mongodb, url: "mongodb://127.0.0.1:${port}/d?serverSelectionTimeoutMS=50", maxAgeMs: { down: 0 } }`,
  )
  const health = createHealth({ checks: definitionsOf(checks) })
  const error = async () => (await health.readiness()).checks.a?.error
  await expect.poll(error).toBe('connection refused')
  const asked: Socket[] = []
  const server = createServer((socket) => void asked.push(socket.on('error', () => {})))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await expect.poll(async () => [await error(), asked.length][1], { timeout: 5000 }).toBeGreaterThan(0)
  await health.dispose()
  await closeAll(checks.values())
  for (const socket of asked) socket.destroy()
  server.close()
})

describe('checks that need none', () => {
  it('are made of their fields', async () => {
    const { made: checks, texts } = await made(
      [
        '  a: { type: tcp, host: 127.0.0.1, port: 1, timeoutMs: 300 }',
        '  b: { type: dns, host: localhost, recordType: lookup }',
        '  c: { type: disk, path: /, freeShare: { downAt: 0 }, probes: [liveness] }',
        '  d: { type: any, checks: { one: { type: gc }, two: { type: tcp, host: 127.0.0.1, port: 1 } } }',
        '  e: { type: grpc, host: 127.0.0.1, port: 1 }',
        '  f: { type: http, url: "http://127.0.0.1:9", expectBody: { match: "^ok", flags: i } }',
      ].join('\n'),
    )
    expect(texts).toEqual([])
    const health = createHealth({ checks: definitionsOf(checks) })
    const { checks: reports } = await health.readiness()
    expect(reports).toMatchObject({
      a: { status: 'DOWN', error: 'connection refused' },
      b: { status: 'UP' },
      d: { status: 'DEGRADED', message: '1 of 2 up' },
      e: { status: 'DOWN' },
      f: { status: 'DOWN', error: 'port not allowed by fetch' },
    })
    expect((await health.liveness()).checks).toHaveProperty('c')
    await health.dispose()
    await closeAll(checks.values())
  })

  it('say what is no regular expression', async () => {
    const { texts } = await made('  a: { type: tcp, host: h, port: 1, expect: { match: "(" } }')
    expect(texts).toEqual([expect.stringMatching(/^2:45 checks.a.expect: not a regular expression/)])
  })

  it('say it of children too, with their places', async () => {
    const { texts } = await made(
      '  a: { type: all, checks: { b: { type: postgres, url: x } } }',
      async () => undefined,
    )
    expect(texts).toEqual(['2:40 checks.a.checks.b: postgres needs the package pg; npm install pg'])
  })
})
