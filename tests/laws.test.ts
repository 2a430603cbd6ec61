import cluster from 'node:cluster'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { check, createHealth, down, heartbeat, selfCheck, up } from 'hale'
import { collectHealth, shareHealth } from 'hale/cluster'
import { createHandler, type HealthResponse } from 'hale/http'
import { healthListener, serveHealth } from 'hale/node'
import { gracefulShutdown } from 'hale/shutdown'
import { type FakeClock, fakeClock } from 'hale/testing'
import { describe, expect, expectTypeOf, test, vi } from 'vitest'
import { eventually } from './eventually.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapUsed(): number {
  collect()
  return process.memoryUsage().heapUsed
}

/** The laws of the design, one test or more each; each breaks when its law does. */

const hang = (): Promise<never> => new Promise(() => {})

function get(url: string, method = 'GET') {
  return { method, url, headers: {} }
}

async function answerOf(
  answer: Promise<HealthResponse> | HealthResponse | undefined,
): Promise<HealthResponse> {
  const response = await answer
  if (response === undefined) throw new Error('not a health endpoint')
  return response
}

async function within<T>(clock: FakeClock, ms: number, promise: Promise<T>): Promise<T> {
  await clock.advance(ms)
  return Promise.race([promise, Promise.reject(new Error(`no answer within ${ms} ms`))])
}

test('1. a probe always answers inside its budget, with what is known of the rest', async () => {
  const clock = fakeClock()
  const health = createHealth({
    clock,
    checks: {
      well: check(() => up('fine')),
      hanging: check(hang),
      endless: check(hang, { timeoutMs: 60_000 }),
    },
  })
  const handle = createHandler(health)
  const response = await within(clock, 800, answerOf(handle(get('/health/ready'))))
  expect(response.status).toBe(503)
  expect(JSON.parse(response.body).details).toMatchObject({
    well: { status: 'UP', message: 'fine' },
    hanging: { status: 'DOWN', error: 'timed out after 500 ms' },
    endless: { status: 'DOWN', error: 'no answer within 800 ms' },
  })
})

test('2. a thousand concurrent probes of every kind run a check once', async () => {
  const clock = fakeClock()
  const run = vi.fn(() => new Promise<void>((resolve) => clock.after(20, resolve)))
  const health = createHealth({ clock, checks: { db: check(run) }, groups: { pay: { members: ['db'] } } })
  const open = createHandler(health, { visibility: 'debug', detailsAs: 'list' })
  const terse = createHandler(health, { visibility: 'status' })
  const paths = [
    '/health/ready',
    '/health/pay',
    '/health/db',
    '/health?deep=true',
    '/readyz',
    '/health/ready?format=html',
  ]
  const answers = Array.from({ length: 1000 }, (_, index) =>
    answerOf((index % 2 === 0 ? open : terse)(get(paths[index % paths.length] ?? ''))),
  )
  await clock.advance(20)
  const codes = await Promise.all(answers.map(async (answer) => (await answer).status))
  expect(codes.every((code) => code === 200)).toBe(true)
  expect(run).toHaveBeenCalledTimes(1)
  await answerOf(open(get('/health/ready')))
  expect(run).toHaveBeenCalledTimes(1)
})

describe('3. a hanging check cannot pile up', () => {
  test('one more after ten seconds, never more than three, then one a minute', async () => {
    const clock = fakeClock()
    const startedAt: number[] = []
    const run = (): Promise<never> => {
      startedAt.push(clock.now())
      return hang()
    }
    const health = createHealth({ clock, checks: { db: check(run) } })
    for (let second = 0; second < 300; second++) {
      void health.readiness()
      await clock.advance(1000)
    }
    const gaps = startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0))
    expect(gaps.slice(0, 2).every((gap) => gap >= 10_000 && gap < 12_000)).toBe(true)
    expect(gaps.slice(2).every((gap) => gap >= 60_000 && gap < 62_000)).toBe(true)
    expect(health.snapshot().checks.db.details.outstandingRuns).toBe(3)
  })

  test('a dependency that recovers is seen even when the lost runs never settle', async () => {
    const clock = fakeClock()
    let works = false
    const health = createHealth({ clock, checks: { db: check(() => (works ? up() : hang())) } })
    for (let second = 0; second < 40; second++) {
      void health.readiness()
      await clock.advance(1000)
    }
    works = true
    await clock.advance(60_000)
    expect((await health.readiness()).checks.db.status).toBe('UP')
    await clock.advance(1000)
    const again = health.check('db').report().checkedAt
    await health.readiness()
    expect(health.check('db').report().checkedAt).toBeGreaterThan(again ?? 0)
  })

  test('a client that goes away changes nothing: the run goes on and serves the next', async () => {
    const clock = fakeClock()
    const run = vi.fn(() => new Promise<void>((resolve) => clock.after(100, resolve)))
    const health = createHealth({ clock, checks: { db: check(run) } })
    void createHandler(health)(get('/health/ready'))
    await clock.advance(100)
    expect(health.ask('readiness')).not.toBeInstanceOf(Promise)
    expect(run).toHaveBeenCalledTimes(1)
  })

  test('ten thousand probes of a hanging check leave nothing behind', async () => {
    const clock = fakeClock()
    const health = createHealth({ clock, checks: { db: check(hang) } })
    for (let probe = 0; probe < 10_000; probe++) void health.readiness()
    await clock.advance(800)
    expect(clock.pending).toBe(0)
  })
})

describe('4. a dependency cannot restart the process', () => {
  test('it does not compile into liveness, and throws at creation', () => {
    // @ts-expect-error: that is the law
    const dangerous = check(() => {}, { probes: ['liveness'] })
    expect(() => createHealth({ checks: { db: dangerous } })).toThrow(
      /restarts the process whenever the dependency fails/,
    )
    expectTypeOf(check(() => {}, { probes: ['liveness'], dangerouslyRestartOnFailure: true })).not.toBeNever()
  })

  test('liveness stays 200 while every dependency is down', async () => {
    const health = createHealth({
      clock: fakeClock(),
      checks: { db: check(() => down()), api: check(() => down()) },
    })
    const handle = createHandler(health)
    expect((await answerOf(handle(get('/health/ready')))).status).toBe(503)
    expect((await answerOf(handle(get('/health/live')))).status).toBe(200)
    expect((await answerOf(handle(get('/health')))).status).toBe(200)
  })
})

test('5. nothing private leaves, at any visibility, in any format, in any place of what is thrown', async () => {
  const secret = 'hunter2'
  const url = `postgres://app:${secret}@10.1.2.3:5432/orders`
  const error = Object.assign(new Error(`connect to ${url} failed`, { cause: new Error(url) }), {
    code: secret,
    config: { password: secret },
    address: '10.1.2.3',
  })
  error.name = secret
  error.stack = `${url}\n at /srv/app/secret.js`
  const thrown = [error, new AggregateError([error], url), { message: url, toString: () => url }, url, [url]]
  const checks = Object.fromEntries(
    thrown.map((value, index) => [`check${index}`, check(() => Promise.reject(value))]),
  )
  const health = createHealth({
    clock: fakeClock(),
    checks: { ...checks, data: check(() => up('ok', { last: error })) },
  })
  health.startupTask('migrate', Promise.reject(error))
  await health.readiness()
  const handle = createHandler(health, { visibility: 'debug' })
  const seen: string[] = []
  for (const path of [
    '/health',
    '/health/ready',
    '/health/startup',
    ...Object.keys(checks).map((name) => `/health/${name}`),
  ]) {
    for (const format of ['json', 'html']) {
      const { body, headers } = await answerOf(handle(get(`${path}?format=${format}`)))
      seen.push(body, JSON.stringify(headers))
    }
  }
  seen.push(JSON.stringify(await health.readiness()), JSON.stringify(health.snapshot()))
  for (const text of seen) {
    for (const leak of [secret, '10.1.2.3', 'postgres:', 'secret.js', 'stack'])
      expect(text).not.toContain(leak)
  }
})

describe('6. a probe reads, never writes', () => {
  const run = vi.fn()
  const health = createHealth({ clock: fakeClock(), checks: { db: check(run) } })
  const handle = createHandler(health)

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'CONNECT', 'get', 'X'])(
    '%s is 405, and runs nothing',
    async (method) => {
      const { status, headers } = await answerOf(handle(get('/health/ready', method)))
      expect(status).toBe(405)
      expect(headers.Allow).toBe('GET, HEAD, OPTIONS')
      expect(run).not.toHaveBeenCalled()
    },
  )

  test('OPTIONS answers like HEAD, with Allow and no content', async () => {
    const head = await answerOf(handle(get('/health/ready', 'HEAD')))
    const options = await answerOf(handle(get('/health/ready', 'OPTIONS')))
    expect(head.body + options.body).toBe('')
    expect(options.status).toBe(head.status)
    expect(options.headers).toEqual({ ...head.headers, 'Content-Length': '0', Allow: 'GET, HEAD, OPTIONS' })
  })

  test('only /health/admin writes, and only with a token', async () => {
    const token = 'operators-know-this-one'
    const health = createHealth({
      clock: fakeClock(),
      checks: { db: check(() => {}) },
      groups: { pay: { members: ['db'] } },
    })
    const handle = createHandler(health, { admin: { token }, token: 'whoever-looks-knows-this' })
    const told = vi.fn()
    health.on('control', told)
    const inForce = (): string =>
      JSON.stringify([health.check('db').control(), health.snapshot().application])
    const before = inForce()
    const probes = [
      '',
      '/live',
      '/ready',
      '/startup',
      '/pay',
      '/db',
      '?deep=true',
      '/db/run',
      '/checks/db',
      '/service',
    ]
    const paths = [...probes.map((path) => `/health${path}`), '/livez', '/readyz', '/startupz', '/healthz']
    const writes = [
      '/admin',
      '/admin/checks/db',
      '/admin/checks/db/run',
      '/admin/checks/db/reset',
      '/admin/service',
    ]
    const bodies = ['{"enabled":false}', '{"timeoutMs":5}', '{"inService":false}']
    const ask = (method: string, path: string, body: string, authorization?: string) =>
      handle({ method, url: path, headers: authorization === undefined ? {} : { authorization }, body })
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      for (const body of bodies) {
        for (const path of paths) await ask(method, path, body, `Bearer ${token}`)
        for (const path of writes) {
          for (const authorization of [undefined, 'Bearer whoever-looks-knows-this', `Basic ${token}`])
            expect((await ask(method, `/health${path}`, body, authorization))?.status).toBe(401)
        }
      }
      if (method === 'GET' || method === 'HEAD')
        for (const path of writes) await ask(method, `/health${path}`, '{"timeoutMs":5}', `Bearer ${token}`)
    }
    expect(inForce()).toBe(before)
    expect(told).not.toHaveBeenCalled()
    await ask('PATCH', '/health/admin/checks/db', '{"timeoutMs":5}', `Bearer ${token}`)
    expect(told).toHaveBeenCalledOnce()
    expect(inForce()).not.toBe(before)
  })

  test('an unknown name allocates nothing that stays', () => {
    const heapAfter = (probes: number): number => {
      for (let probe = 0; probe < probes; probe++) handle(get(`/health/unknown-${probe}?deep=${probe}`))
      return heapUsed()
    }
    heapAfter(20_000)
    const before = heapAfter(1000)
    expect(heapAfter(100_000) - before).toBeLessThan(1_000_000)
  })
})

test('7. a check cannot hurt the process', async () => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  process.on('uncaughtException', unhandled)
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const health = createHealth({
    clock: fakeClock(),
    checks: {
      constructor: check(() => up()),
      toString: check(() => {
        throw undefined
      }),
      rejects: check(() => Promise.reject()),
      circular: check(() => up('ok', circular)),
      getter: check(() =>
        up(
          'ok',
          Object.defineProperty({}, 'x', {
            enumerable: true,
            get: () => {
              throw new Error()
            },
          }),
        ),
      ),
      bigint: check(() => up('ok', { big: 10n ** 40n })),
      huge: check(() => up('ok', { text: 'x'.repeat(10_000_000) })),
      hostile: check(() =>
        Promise.reject(
          new Proxy(
            {},
            {
              get: () => {
                throw new Error()
              },
            },
          ),
        ),
      ),
    },
  })
  const { body, status } = await answerOf(createHandler(health)(get('/health/ready')))
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', unhandled)
  process.off('uncaughtException', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
  expect(status).toBe(503)
  expect(body.length).toBeLessThan(8000)
  const { details } = JSON.parse(body)
  expect(details.constructor).toMatchObject({ status: 'UP' })
  expect(details.toString).toMatchObject({ status: 'DOWN', error: 'check failed' })
  expect(details.rejects).toMatchObject({ status: 'DOWN', error: 'check failed' })
  expect(details.hostile).toMatchObject({ status: 'DOWN', error: 'check failed' })
  expect(details.circular).toMatchObject({
    status: 'UP',
    data: { self: '[circular]' },
    data_note: 'circular',
  })
  expect(details.getter).toMatchObject({ status: 'UP', data: { x: '[unreadable]' } })
  expect(details.bigint).toMatchObject({ data: { big: (10n ** 40n).toString() } })
  expect(details.huge).toMatchObject({ data_note: 'cut to its bounds' })
})

test('7. whoever is handed a report cannot change what others are told', async () => {
  const health = createHealth({
    clock: fakeClock(),
    checks: { db: check(() => down('gone', { depth: [1] })) },
  })
  const tamper = vi.fn((value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const inner of Object.values(value)) tamper(inner)
    expect(Object.isFrozen(value)).toBe(true)
  })
  health.on('transition', tamper)
  const report = await health.readiness()
  tamper(report)
  tamper(health.snapshot().checks.db)
  expect(tamper.mock.calls.length).toBeGreaterThan(20)
})

test('8. disposing ends everything that was started, and nothing is installed unasked', async () => {
  const listeners = (): number =>
    process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
  const before = listeners()
  const clock = fakeClock()
  const health = createHealth({ clock, checks: { a: check(hang, { intervalMs: 1000 }), b: check(hang) } })
  createHandler(health)
  void health.readiness()
  expect(listeners()).toBe(before)
  await health[Symbol.asyncDispose]()
  expect(clock.pending).toBe(0)
  expect(() => health.add('late', check(hang, { intervalMs: 10 }))).toThrow('disposed')
  expect(clock.pending).toBe(0)
})

test('8. it holds for circuits, the start, expiries, workers and shutdown', async () => {
  const listeners = (): number =>
    [process, cluster].reduce(
      (sum, emitter) =>
        sum + emitter.eventNames().reduce((all, name) => all + emitter.listenerCount(name), 0),
      0,
    )
  const before = listeners()
  const clock = fakeClock()
  const health = createHealth({
    clock,
    startup: { timeoutMs: 60_000 },
    checks: {
      db: check(hang, { intervalMs: 1000 }),
      api: check(() => down('gone')),
      consumer: heartbeat({ ttlMs: 30_000 }),
      model: selfCheck(() => down(), { probes: ['startup'] }),
    },
  })
  const api = health.circuit('api', { timeoutMs: 500, slowCallMs: 100 })
  const ended = [
    api.run(hang),
    health.circuit('db', { timeoutMs: 500 }).run(hang),
    health.started(),
    health.whenHealthy(),
  ].map((promise) => promise.catch(() => 'ended'))
  void health.readiness()
  health.startupTask('load', hang(), { timeoutMs: 5000, progress: () => '1/2' })
  health.check('consumer').disable('x', { forMs: 60_000 })
  health.check('api').disable('x', { forMs: 60_000 })
  health.check('api').enable()
  health.check('db').tune({ intervalMs: 500 })
  createHandler(health, { admin: { token: 'operators-know-this-one' } })
  const shared = shareHealth(health)
  expect(listeners()).toBe(before)
  const collected = collectHealth({ clock })
  const shutdown = gracefulShutdown(health, { exit: false })
  expect(listeners()).toBeGreaterThan(before)
  await clock.advance(1500)
  expect(clock.pending).toBeGreaterThan(5)

  await shutdown[Symbol.asyncDispose]()
  await collected[Symbol.asyncDispose]()
  await shared[Symbol.asyncDispose]()
  expect(listeners()).toBe(before)
  await health[Symbol.asyncDispose]()
  // What a call waits for is the caller's: its own timeout is the last timer there is.
  await clock.advance(500)
  expect(clock.pending).toBe(0)
  expect(await Promise.all(ended)).toEqual(['ended', 'ended', 'ended', 'ended'])

  health.check('db').disable('late', { forMs: 1000 })
  health.check('consumer').tune({ ttlMs: 5 })
  health.startupTask('late', hang(), { timeoutMs: 1000 })
  health.circuit('model')
  expect(clock.pending).toBe(0)
})

describe('9. the cost of a probe does not grow with the number of checks', () => {
  test('a body is rendered once per snapshot and second, whoever asks how often', async () => {
    const clock = fakeClock()
    const checks = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`c${index}`, check(() => {}, { intervalMs: 60_000 })]),
    )
    const health = createHealth({ clock, checks })
    const render = vi.fn(() => '{}')
    const handle = createHandler(health, {
      formats: [{ name: 'counted', mediaType: 'application/json', render }],
    })
    await answerOf(handle(get('/health/ready')))
    for (let probe = 0; probe < 1000; probe++) handle(get('/health/ready', probe % 2 === 0 ? 'GET' : 'HEAD'))
    expect(render).toHaveBeenCalledTimes(1)
    await clock.advance(1000)
    for (let probe = 0; probe < 1000; probe++) handle(get('/health/ready'))
    expect(render).toHaveBeenCalledTimes(2)
  })

  test('renderings go with their reports, however often the status changes', async () => {
    const checks = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`c${index}`, check(() => {})]),
    )
    const health = createHealth({ clock: fakeClock(), checks })
    const handle = createHandler(health)
    const heapAfter = async (changes: number): Promise<number> => {
      for (let change = 0; change < changes; change++) {
        health.check('c0').set(change % 2 === 0 ? down('no') : up('fine'))
        await handle(get('/health/ready'))
        // What a job has seen through a weak reference lives until its end, so the loop has to turn.
        await new Promise((resolve) => setImmediate(resolve))
      }
      return heapUsed()
    }
    await heapAfter(500)
    const before = await heapAfter(100)
    expect((await heapAfter(1000)) - before).toBeLessThan(1_000_000)
  })

  test('the liveness body carries no clock and is made once', async () => {
    const clock = fakeClock()
    const health = createHealth({ clock, service: { name: 'orders', version: '1.2.3' }, checks: {} })
    const handle = createHandler(health)
    const first = await answerOf(handle(get('/health/live')))
    await clock.advance(3_600_000)
    expect(await answerOf(handle(get('/health/live')))).toBe(first)
    expect(first.body).toBe(
      '{"status":"UP","service":"orders","details":{"application":{"status":"UP","version":"1.2.3"}}}',
    )
  })
})

test('10. liveness stays 200 while draining; readiness turns 503 at once', async () => {
  const clock = fakeClock()
  const loop = selfCheck(() => {}, { probes: ['liveness'] })
  const health = createHealth({ clock, checks: { loop, db: check(() => {}) } })
  const handle = createHandler(health)
  expect((await answerOf(handle(get('/health/ready')))).status).toBe(200)
  health.drain('SIGTERM')
  const draining = handle(get('/health/ready')) as HealthResponse
  expect(draining.status).toBe(503)
  expect(JSON.parse(draining.body).details.application).toMatchObject({
    status: 'OUT_OF_SERVICE',
    message: 'draining: SIGTERM',
  })
  expect((await answerOf(handle(get('/health/live')))).status).toBe(200)
})

test('10. and so it is through a whole shutdown, while a request is in flight', async () => {
  const clock = fakeClock()
  const health = createHealth({ clock, checks: { db: check(() => {}) } })
  const answerHealth = healthListener(health)
  let slow: ServerResponse | undefined
  const server = createServer((request, response) => {
    if (!answerHealth(request, response)) slow = response
  })
  await using probes = await serveHealth(health, { port: 0, host: '127.0.0.1' })
  const shutdown = gracefulShutdown(health, {
    servers: [server],
    healthServers: [probes],
    drainDelayMs: 5000,
    signals: [],
    exit: false,
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const codes = (from: string): Promise<number[]> =>
    Promise.all(['/health/live', '/health/ready'].map(async (path) => (await fetch(from + path)).status))
  expect(await codes(url)).toEqual([200, 200])
  const inFlight = fetch(`${url}/slow`)
  await eventually(() => expect(slow).toBeDefined())

  void shutdown.shutdown('SIGTERM')
  expect(await codes(url)).toEqual([200, 503])
  expect(await codes(probes.url)).toEqual([200, 503])
  await clock.advance(5000)
  await eventually(() => expect(server.listening).toBe(false))
  expect(await codes(probes.url)).toEqual([200, 503])
  slow?.end('answered')
  expect(await (await inFlight).text()).toBe('answered')
  await eventually(async () => {
    await clock.advance(10)
    expect(shutdown.phase).toBe('done')
  })
  expect((await shutdown.done).code).toBe(0)
})
