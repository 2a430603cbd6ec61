import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { startFaultyHttp } from './servers/faulty-http.ts'
import { freePort } from './servers/free-port.ts'
import { postgresProgram, startPostgres } from './servers/postgres.ts'
import { whenProvided } from './servers/when-provided.ts'

const main = fileURLToPath(new URL('../examples/service/dist/main.js', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'hale-example-'))
const running = new Set<ChildProcess>()

interface Example {
  readonly url: string
  readonly said: () => string
  /** Signals it and resolves with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

async function startExample(environment: Record<string, string> = {}): Promise<Example> {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      APP_PORT: '0',
      DRAIN_DELAY: '0',
      DATABASE_FILE: join(directory, 'service.db'),
      ...environment,
    },
  })
  running.add(child)
  let output = ''
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      output += chunk
      const found = /listens on .*(http:\/\/[\d.:]+)[\s\S]*Try:/.exec(output)?.[1]
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    void ended.then((code) => reject(new Error(`ended with ${code}: ${output}`)))
  })
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    child.kill(signal)
    return ended
  }
  return { url, said: () => output, stop }
}

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
  rmSync(directory, { recursive: true, force: true })
})

async function get(url: string, init?: RequestInit) {
  const response = await fetch(url, init)
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text === '' ? undefined : JSON.parse(text),
  }
}

/** Readiness once the database has been prepared. */
async function ready(url: string) {
  for (;;) {
    const answer = await get(`${url}/health/ready`)
    if (answer.body.status !== 'OUT_OF_SERVICE') return answer
  }
}

const alive = {
  status: 'UP',
  details: [{ name: 'Application', status: 'UP', message: 'Application process is running.' }],
}
const core = { name: 'ApplicationCore', status: 'UP', message: 'Core application logic is functional.' }
const databaseUp = {
  name: 'Database',
  status: 'UP',
  message: 'Connected successfully to the database.',
  response_time_ms: expect.any(Number),
}
const apiUp = {
  name: 'ExternalServiceAPI',
  status: 'UP',
  message: 'External API reachable (HTTP 200).',
  response_time_ms: expect.any(Number),
}

function apiDown(error: string) {
  return { name: 'ExternalServiceAPI', status: 'DOWN', error, response_time_ms: expect.any(Number) }
}

describe('healthy', () => {
  test('answers to the letter', async () => {
    const { url, said } = await startExample()
    const before = Math.floor(Date.now() / 1000)
    const readiness = await ready(url)
    expect(readiness.status).toBe(200)
    expect(readiness.body).toStrictEqual({
      status: 'UP',
      timestamp: expect.any(Number),
      details: [core, databaseUp, apiUp],
    })
    expect(readiness.body.timestamp).toBeGreaterThanOrEqual(before)
    expect(Number.isInteger(readiness.body.timestamp)).toBe(true)
    for (const { response_time_ms } of readiness.body.details.slice(1))
      expect(Number.isInteger(response_time_ms)).toBe(true)
    expect(Object.keys(readiness.body.details[1])).toEqual(['name', 'status', 'message', 'response_time_ms'])

    for (const path of ['/health/live', '/health', '/health?deep=1', '/health?deep=false', '/health/live/']) {
      expect(await get(url + path)).toMatchObject({ status: 200, body: alive })
    }
    for (const value of ['true', 'True', 'TRUE', 'tRuE']) {
      expect((await get(`${url}/health?deep=${value}`)).body.details).toEqual(readiness.body.details)
    }
    expect(said()).toMatch(
      /:\d+\n {2}SIMULATE_DB_UP=true\n {2}SIMULATE_EXTERNAL_API_UP=true\n {2}EXTERNAL_DEPENDENCY_API_URL=http/,
    )
  })

  test('HEAD is GET without a body, POST is 405 with Allow, an unknown path 404, and the rest works', async () => {
    const { url } = await startExample()
    await ready(url)
    for (const path of ['/health', '/health/live', '/health/ready']) {
      const head = await get(url + path, { method: 'HEAD' })
      expect(head).toMatchObject({ status: 200, text: '' })
      expect(head.headers.get('content-length')).toBe((await get(url + path)).headers.get('content-length'))
      const post = await get(url + path, { method: 'POST' })
      expect(post.status).toBe(405)
      expect(post.headers.get('allow')).toContain('GET')
    }
    expect((await get(`${url}/health/nope`)).status).toBe(404)
    expect((await get(`${url}/nope`)).status).toBe(404)
    expect((await get(url)).body).toEqual({ message: 'Hello from the example service.', visits: 1 })
    expect((await get(url)).body.visits).toBe(2)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('stops cleanly on %s', async (signal) => {
    const { url, stop, said } = await startExample()
    await ready(url)
    expect(await stop(signal)).toBe(0)
    expect(said()).toMatch(new RegExp(`${signal}: draining[\\s\\S]*shutdown: done in \\d+ ms`))
  })

  test('says 503 and serves on while it drains', async () => {
    const { url, stop, said } = await startExample({ DRAIN_DELAY: '1' })
    await ready(url)
    const stopped = stop()
    while (!said().includes('draining')) await new Promise((resolve) => setTimeout(resolve, 5))
    const readiness = await get(`${url}/health/ready`)
    expect(readiness.status).toBe(503)
    expect(readiness.headers.get('connection')).toBe('close')
    expect(readiness.body.details[0]).toMatchObject({ status: 'OUT_OF_SERVICE', error: 'draining: SIGTERM' })
    expect((await get(`${url}/health/live`)).status).toBe(200)
    expect((await get(url)).status).toBe(200)
    expect(await stopped).toBe(0)
  })
})

describe('simulated failures', () => {
  const databaseDown = {
    name: 'Database',
    status: 'DOWN',
    error: 'Simulated database connection refused.',
    response_time_ms: expect.any(Number),
  }
  const noApi = apiDown('Simulated external API connection refused.')

  test.each([
    [{ SIMULATE_DB_UP: 'false' }, [core, databaseDown, apiUp]],
    [{ SIMULATE_EXTERNAL_API_UP: 'False' }, [core, databaseUp, noApi]],
    [{ SIMULATE_DB_UP: 'FALSE', SIMULATE_EXTERNAL_API_UP: 'false' }, [core, databaseDown, noApi]],
  ])('%o', async (environment, details) => {
    const { url } = await startExample(environment)
    for (const path of ['/health/ready', '/health?deep=true']) {
      await ready(url)
      const answer = await get(url + path)
      expect(answer.status).toBe(503)
      expect(answer.body).toStrictEqual({ status: 'DOWN', timestamp: expect.any(Number), details })
    }
    for (const path of ['/health/live', '/health']) {
      expect(await get(url + path)).toMatchObject({ status: 200, body: alive })
    }
  })
})

describe('an external API that fails', () => {
  test.each([
    ['answers 500', { kind: 'status', status: 500 }, 'External API returned non-2xx status: 500.'],
    ['never answers', { kind: 'silent' }, 'External API timed out after 1s.'],
    ['answers too late', { kind: 'slow', ms: 3000 }, 'External API timed out after 1s.'],
  ] as const)('%s', async (_, fault, error) => {
    await using api = await startFaultyHttp(fault)
    const { url } = await startExample({ EXTERNAL_DEPENDENCY_API_URL: api.url })
    const answer = await ready(url)
    expect(answer.status).toBe(503)
    expect(answer.body.details).toEqual([core, databaseUp, apiDown(error)])
  })

  test('refuses connections, and its address stays out of the answer', async () => {
    const port = await freePort()
    const { url } = await startExample({
      EXTERNAL_DEPENDENCY_API_URL: `http://user:hunter2@127.0.0.1:${port}/`,
    })
    const answer = await ready(url)
    expect(answer.body.details[2]).toEqual(apiDown('Could not connect to external API.'))
    expect(answer.text).not.toMatch(new RegExp(`${port}|127\\.0|hunter2`))
  })

  test('times out after as many seconds as were set', async () => {
    await using api = await startFaultyHttp({ kind: 'silent' })
    const { url } = await startExample({ EXTERNAL_DEPENDENCY_API_URL: api.url, EXTERNAL_API_TIMEOUT: '0.3' })
    expect((await ready(url)).body.details[2]).toEqual(apiDown('External API timed out after 0.3s.'))
  })
})

test('an environment that needs mending is told all at once, without its values', async () => {
  const start = startExample({
    APP_PORT: 'abc',
    SIMULATE_DB_UP: 'maybe',
    EXTERNAL_API_TIMEOUT: '-1',
    DATABASE_URL: 'hunter2',
  })
  await expect(start).rejects.toThrow(/ended with 1/)
  const message = await start.catch(String)
  for (const name of ['APP_PORT', 'SIMULATE_DB_UP', 'EXTERNAL_API_TIMEOUT', 'DATABASE_URL'])
    expect(message).toContain(name)
  expect(message).not.toContain('hunter2')
})

test.each([
  ['a directory', { DATABASE_FILE: tmpdir() }],
  ['a path below a file', { DATABASE_FILE: join(main, 'service.db') }],
])('%s in place of a database file ends it, with the mend', async (_, environment) => {
  await expect(startExample(environment)).rejects.toThrow(/ended with 1[\s\S]*Set DATABASE_FILE to a file/)
})

test('neither a silent connection nor a half-sent request keeps it from stopping', async () => {
  const { url, stop } = await startExample()
  await ready(url)
  const { hostname, port } = new URL(url)
  for (const text of ['', 'GET / HTTP/1.1\r\nHo']) {
    const socket = connect(Number(port), hostname).on('error', () => {})
    await once(socket, 'connect')
    socket.write(text)
  }
  expect(await stop()).toBe(0)
}, 10_000)

test('an application that fails shows no stack', async () => {
  const { url } = await startExample({ DATABASE_URL: `postgres://u:hunter2@127.0.0.1:${await freePort()}/x` })
  expect(await get(url)).toMatchObject({ status: 500, body: { error: 'Something went wrong.' } })
  const { body } = await get(`${url}/health/ready`)
  expect(body.details[0]).toEqual({
    name: 'ApplicationCore',
    status: 'OUT_OF_SERVICE',
    error: 'starting: prepare the database',
  })
  expect(body.details[1]).toMatchObject({ name: 'Database', status: 'DOWN', error: 'connection refused' })
})

test('a port that is taken is told with its mend', async () => {
  const { url } = await startExample()
  await expect(startExample({ APP_PORT: new URL(url).port })).rejects.toThrow(
    /ended with 1[\s\S]*APP_PORT=5001/,
  )
})

whenProvided(postgresProgram, 'on PostgreSQL', () => {
  test('says the same with DATABASE_URL', async () => {
    await using server = await startPostgres()
    const { url, said, stop } = await startExample({ DATABASE_URL: server.url })
    const answer = await ready(url)
    expect(answer.body.details).toEqual([core, databaseUp, apiUp])
    expect((await get(url)).body.visits).toBeGreaterThan(0)
    expect(said()).toContain('PostgreSQL')
    expect(said()).not.toContain(server.password)
    expect(await stop()).toBe(0)
  })
})
