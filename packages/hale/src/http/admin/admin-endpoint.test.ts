import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import express from 'express'
import { describe, expect, test, vi } from 'vitest'
import { healthMiddleware } from '../../adapters/express.ts'
import { serveHealth } from '../../adapters/node.ts'
import { check } from '../../core/check.ts'
import type { ControlEvent } from '../../core/control/control-change.ts'
import { createHealth } from '../../core/create-health.ts'
import { down, up } from '../../core/outcome.ts'
import { Mirror } from '../../mirror/mirror.ts'
import { stateOf } from '../../mirror/state.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import type { HealthResponse } from '../exchange.ts'
import { createHandler } from '../handle.ts'
import type { HandlerOptions } from '../handler-settings.ts'

const token = 'operators-know-this-one'
const authorization = `Bearer ${token}`

function service(options: HandlerOptions = { admin: { token } }) {
  const clock = fakeClock()
  const state = { outcome: up('connected') }
  const run = vi.fn(() => state.outcome)
  const health = createHealth({
    clock,
    service: { name: 'orders' },
    checks: {
      database: check(run, { maxAgeMs: { up: 60_000 } }),
      cache: check(() => {}, { critical: false }),
    },
  })
  const told: ControlEvent[] = []
  health.on('control', (event) => told.push(event))
  const handle = createHandler(health, options)
  async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const url = `/health/admin${path}`
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const response = (await handle({
      method,
      url,
      headers: { authorization, ...headers },
      body: text,
    })) as HealthResponse
    return { ...response, json: response.body === '' ? undefined : JSON.parse(response.body) }
  }
  return { clock, state, run, health, told, handle, ask }
}

describe('whoever has no token', () => {
  test('gets one and the same answer for every path and method', async () => {
    const { handle, run, told } = service()
    const answers = new Set<string>()
    const paths = [
      '',
      '/',
      '/checks/database',
      '/checks/nothing',
      '/checks/database/run',
      '/service',
      '/x/../y',
    ]
    const presented = [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      'Bearer wrong',
      `Basic ${token}`,
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
    ]
    for (const path of paths) {
      for (const method of ['GET', 'PATCH', 'POST', 'DELETE', 'OPTIONS']) {
        for (const authorization of presented) {
          const headers = authorization === undefined ? {} : { authorization }
          answers.add(
            JSON.stringify(await handle({ method, url: `/health/admin${path}`, headers, body: '{}' })),
          )
        }
      }
    }
    expect(answers.size).toBe(1)
    const [only = ''] = answers
    expect(JSON.parse(only)).toMatchObject({
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer realm="hale"' },
    })
    expect(run).not.toHaveBeenCalled()
    expect(told).toEqual([])
  })

  test('finds nothing there when it is not configured', async () => {
    const { handle } = service({})
    expect(await handle({ method: 'GET', url: '/health/admin', headers: { authorization } })).toBeUndefined()
  })

  test('and the token that shows more does not let in', async () => {
    const open = 'whoever-looks-knows-this'
    const { ask } = service({ admin: { token }, token: open })
    expect((await ask('GET', '', undefined, { authorization: `Bearer ${open}` })).status).toBe(401)
  })
})

describe('the operator', () => {
  test('reads what is in force', async () => {
    const { ask, health } = service()
    await health.readiness()
    const { status, json } = await ask('GET', '')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      service: { name: 'orders', application: { status: 'UP' }, groups: { readiness: 'UP' } },
      checks: {
        database: {
          enabled: true,
          status: 'UP',
          message: 'connected',
          settings: { timeoutMs: 500 },
          tuned: {},
        },
        cache: { settings: { critical: false } },
      },
    })
    expect((await ask('GET', '/')).json).toEqual(json)
    const head = await ask('HEAD', '')
    expect(head).toMatchObject({ status: 200, body: '' })
  })

  test('retunes a check, and it is told', async () => {
    const { ask, health, told } = service()
    const { status, json, headers } = await ask('PATCH', '/checks/database', {
      timeoutMs: 200,
      critical: false,
    })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      settings: { timeoutMs: 200, critical: false },
      tuned: { timeoutMs: 200, critical: false },
    })
    expect(headers.ETag).toBe(`"${health.check('database').control().revision}"`)
    expect(told).toMatchObject([{ check: 'database', by: 'admin', action: 'change' }])
    await ask('PATCH', '/checks/database', { timeoutMs: null })
    expect(health.check('database').control().tuned).toEqual({ critical: false })
    expect((await ask('POST', '/checks/database/reset')).json).toMatchObject({
      tuned: {},
      settings: { critical: true },
    })
  })

  test('disables a check for a time, with a reason', async () => {
    const { ask, clock, state, health } = service()
    state.outcome = down('gone')
    expect((await health.readiness()).status).toBe('DOWN')
    const { json } = await ask('PATCH', '/checks/database', {
      enabled: false,
      reason: 'migration',
      forMs: 60_000,
    })
    expect(json).toMatchObject({ enabled: false, reason: 'migration', until: '2026-01-01T00:01:00.000Z' })
    expect((await health.readiness()).status).toBe('UP')
    await clock.advance(60_000)
    expect((await health.readiness()).status).toBe('DOWN')
  })

  test('forces a run', async () => {
    const { ask, state, run, told } = service()
    await ask('POST', '/checks/database/run')
    state.outcome = down('gone')
    const { status, json } = await ask('POST', '/checks/database/run')
    expect(run).toHaveBeenCalledTimes(2)
    expect(status).toBe(200)
    expect(json).toMatchObject({ name: 'database', status: 'DOWN', error: 'gone', response_time_ms: 0 })
    expect(told).toMatchObject([{ action: 'run', by: 'admin' }, { action: 'run' }])
  })

  test('does not wait for a long run: it goes on, and its result is read later', async () => {
    const { ask, health, clock } = service()
    const run = (): Promise<void> => new Promise((resolve) => clock.after(12_000, resolve))
    health.add('slow', check(run, { timeoutMs: 60_000 }))
    const answer = ask('POST', '/checks/slow/run')
    await clock.advance(5000)
    expect(await answer).toMatchObject({ status: 202, json: { name: 'slow', status: 'UNKNOWN' } })
    await clock.advance(7000)
    expect((await ask('GET', '/checks/slow')).json).toMatchObject({ status: 'UP', response_time_ms: 12_000 })
    await ask('POST', '/checks/database/run')
    expect(clock.pending).toBe(0)
  })

  test('is told that a disabled check is not run', async () => {
    const { ask, run, health, told } = service()
    health.check('database').disable('migration')
    told.length = 0
    expect(await ask('POST', '/checks/database/run')).toMatchObject({
      status: 409,
      json: { title: 'Conflict' },
    })
    expect(run).not.toHaveBeenCalled()
    expect(told).toEqual([])
  })

  test('takes the service out and back', async () => {
    const { ask, health } = service()
    const { json } = await ask('PATCH', '/service', { inService: false, reason: 'reindexing' })
    expect(json).toMatchObject({
      application: { status: 'OUT_OF_SERVICE', message: 'maintenance: reindexing' },
    })
    expect((await health.readiness()).status).toBe('OUT_OF_SERVICE')
    await ask('PATCH', '/service', { inService: true })
    expect((await health.readiness()).status).toBe('UP')
    expect((await ask('GET', '/service')).json.application).toEqual({ status: 'UP' })
    expect((await ask('PATCH', '/service', { inservice: 1, reason: 2 })).json.problems).toEqual([
      'inservice: unknown option; did you mean inService?',
      'inService: missing; true or false',
      'reason: expected a string, got 2',
    ])
    expect((await ask('PATCH', '/service', [])).json.problems).toContain(
      'change: expected an object, got an array',
    )
    expect((await ask('PATCH', '/service', { inService: true, reason: 'x' })).json.problems).toEqual([
      'reason: goes with inService: false',
    ])
  })

  test('is named in the event when there are several', async () => {
    const alice = 'alice-has-this-secret'
    const { ask, told } = service({ admin: { token: { alice, deploy: token } } })
    await ask('PATCH', '/checks/cache', { retries: 1 })
    await ask('PATCH', '/checks/cache', { retries: 2 }, { authorization: `bearer ${alice}` })
    expect(told.map(({ by }) => by)).toEqual(['admin deploy', 'admin alice'])
  })

  test('does not overwrite what somebody else has changed meanwhile', async () => {
    const { ask, health } = service()
    const { headers } = await ask('GET', '/checks/database')
    const condition = { 'if-match': headers.ETag as string }
    expect((await ask('PATCH', '/checks/database', { retries: 1 }, condition)).status).toBe(200)
    const late = await ask('PATCH', '/checks/database', { retries: 2 }, condition)
    expect(late).toMatchObject({ status: 412, json: { title: 'Precondition Failed' } })
    expect(health.check('database').control().settings.retries).toBe(1)
    expect((await ask('POST', '/checks/database/reset', undefined, condition)).status).toBe(412)
    const latest = { 'if-match': `"other", ${late.headers.ETag}` }
    expect((await ask('PATCH', '/checks/database', { retries: 2 }, latest)).status).toBe(200)
    expect((await ask('PATCH', '/checks/database', { retries: 3 }, { 'if-match': '*' })).status).toBe(200)
    expect(
      (await ask('PATCH', '/checks/database', { retries: 4 }, { 'if-match': `W/${late.headers.ETag}` }))
        .status,
    ).toBe(412)
  })

  test('hears of every problem of a body, and nothing is changed', async () => {
    const { ask, health, told } = service()
    const bad = { timeoutMs: '200', critcal: true, failureThreshold: 0, forMs: 5, maxAgeMs: { upp: 1 } }
    const { status, headers, json } = await ask('PATCH', '/checks/database', bad)
    expect(status).toBe(422)
    expect(headers['Content-Type']).toBe('application/problem+json')
    expect(json).toMatchObject({ status: 422, detail: 'Nothing was changed.' })
    expect(json.problems).toEqual([
      'critcal: unknown option; did you mean critical?',
      'forMs: goes with enabled: false',
      'maxAgeMs.upp: unknown option; did you mean up?',
      'timeoutMs: expected a number of milliseconds of at least 1, got a string of 3 characters; use Number(…)',
      'failureThreshold: expected a whole number of at least 1, got 0',
    ])
    expect(health.check('database').control().tuned).toEqual({})
    expect(told).toEqual([])
    expect((await ask('PATCH', '/checks/database', [1])).status).toBe(422)
    expect((await ask('PATCH', '/checks/database', '{"timeoutMs":')).json.detail).toBe(
      'The body is not JSON.',
    )
    expect((await ask('PATCH', '/checks/database', `"${'x'.repeat(20_000)}"`)).status).toBe(413)
    expect(
      (await ask('PATCH', '/checks/database', '{"__proto__":{"timeoutMs":1},"constructor":1}')).status,
    ).toBe(422)
    expect((await ask('PATCH', '/checks/database')).status).toBe(200)
  })

  test('is told what a path does not have or take', async () => {
    const { ask } = service()
    for (const path of [
      '/checks',
      '/checks/nothing',
      '/checks/constructor',
      '/checks/database/x',
      '/x',
      '/checks/database/run/x',
    ]) {
      expect((await ask('GET', path)).status).toBe(404)
    }
    for (const [method, path, allow] of [
      ['POST', '', 'GET, HEAD'],
      ['DELETE', '/checks/database', 'GET, HEAD, PATCH'],
      ['GET', '/checks/database/run', 'POST'],
      ['POST', '/service', 'GET, HEAD, PATCH'],
    ] as const) {
      expect(await ask(method, path)).toMatchObject({ status: 405, headers: { Allow: allow } })
    }
  })
})

describe('what a client may send', () => {
  test.each([
    '{"__proto__":{"timeoutMs":1}}',
    '{"maxAgeMs":{"__proto__":{"up":1}}}',
    '{"constructor":{"prototype":{"x":1}}}',
    '{"timeoutMs":1e999}',
    '{"timeoutMs":-0}',
    '{"timeoutMs":"0x10"}',
    '{"timeoutMs":[200]}',
    '{"failureThreshold":1.5}',
    '{"maxAgeMs":{"up":-1}}',
    '{"maxAgeMs":[1,2]}',
    '{"maxAgeMs":"x"}',
    '{"critical":"false"}',
    '{"enabled":null}',
    '{"enabled":false,"reason":{"toString":"x"}}',
    '{"enabled":false,"forMs":1e999}',
    '{"enabled":false,"forMs":null}',
    '{"enabled":true,"reason":"x"}',
    '{"probes":["liveness"]}',
    '{"\\u0000":1}',
    'null',
    '"x"',
    '5',
  ])('%s changes nothing', async (body) => {
    const { ask, health, told } = service()
    const before = health.check('database').control()
    const { status, json } = await ask('PATCH', '/checks/database', body)
    expect(status).toBe(422)
    expect(json.problems.length).toBeGreaterThan(0)
    expect(health.check('database').control()).toEqual(before)
    expect(({} as Record<string, unknown>).timeoutMs).toBeUndefined()
    expect(told).toEqual([])
  })

  test('the last of two keys of the same name counts, as JSON has it', async () => {
    const { ask } = service()
    expect((await ask('PATCH', '/checks/database', '{"retries":1,"retries":2}')).json.tuned).toEqual({
      retries: 2,
    })
  })

  test('an expiry beyond the last of all days can still be shown', async () => {
    const { ask } = service()
    const forMs = Number.MAX_SAFE_INTEGER
    const { status, json } = await ask('PATCH', '/checks/database', { enabled: false, forMs })
    expect(status).toBe(200)
    expect(json.until).toBe('+275760-09-13T00:00:00.000Z')
    expect((await ask('GET', '')).status).toBe(200)
  })

  test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'get', ''])(
    'the method %j is refused like any other',
    async (method) => {
      const { ask } = service()
      for (const path of ['', '/checks/database', '/checks/database/run', '/service'])
        expect((await ask(method, path)).status).toBe(405)
    },
  )

  test('HEAD has no body, whatever the answer', async () => {
    const { ask } = service()
    for (const [path, status] of [
      ['', 200],
      ['/nothing', 404],
      ['/checks/database/run', 405],
    ] as const)
      expect(await ask('HEAD', path)).toMatchObject({ status, body: '' })
  })

  test.each([
    ['', 412],
    ['*', 200],
    [' * ', 200],
    ['"*"', 412],
    ['%', 412],
    ['W/"%"', 412],
    ['"%"', 200],
    ['"x","%"', 200],
    ['"%', 412],
    [',,"%",', 200],
    ['"%"x', 412],
  ])('If-Match: %s is %d', async (condition, status) => {
    const { ask, health } = service()
    const { revision } = health.check('database').control()
    const headers = { 'if-match': condition.replace('%', revision) }
    expect((await ask('PATCH', '/checks/database', { retries: 1 }, headers)).status).toBe(status)
    expect(health.check('database').control().tuned).toEqual(status === 200 ? { retries: 1 } : {})
  })

  test('a change for a check that is removed while it comes in finds nothing', async () => {
    const { health, handle } = service()
    const cache = health.add(
      'later',
      check(() => new Promise(() => {})),
    )
    const headers = { authorization }
    let finish = (): void => {}
    const late = {
      async *[Symbol.asyncIterator]() {
        await new Promise<void>((resolve) => {
          finish = resolve
        })
        yield '{"retries":1}'
      },
    }
    const change = handle({ method: 'PATCH', url: '/health/admin/checks/later', headers, ...late })
    const run = handle({ method: 'POST', url: '/health/admin/checks/later/run', headers })
    cache[Symbol.dispose]()
    finish()
    expect((await change)?.status).toBe(404)
    expect((await run)?.status).toBe(404)
  })
})

test('what fails unforeseen is a 500 that says nothing of it', async () => {
  const { ask, health } = service()
  vi.spyOn(health.control, 'change').mockImplementation(() => {
    throw new TypeError('a secret')
  })
  const { status, body } = await ask('PATCH', '/checks/database', { retries: 1 })
  expect(status).toBe(500)
  expect(body).not.toContain('secret')
})

describe('beside other options', () => {
  const elsewhere: [string, HandlerOptions, string][] = [
    ['the root', { basePath: '/' }, '/admin'],
    ['a rate limit that is used up', { rateLimit: { perSecond: 0.001, burst: 1 } }, '/health/admin'],
    ['a function for visibility', { visibility: () => 'status' }, '/health/admin'],
    ['no aliases', { aliases: false, basePath: '/livez' }, '/livez/admin'],
  ]
  test.each(elsewhere)('it is served with %s', async (_, options, path) => {
    const { handle, health } = service({ admin: { token }, ...options })
    for (let probe = 0; probe < 5; probe++) await handle({ method: 'GET', url: '/health/ready', headers: {} })
    expect((await handle({ method: 'GET', url: path, headers: {} }))?.status).toBe(401)
    const change = { method: 'PATCH', url: `${path}/checks/database`, body: '{"retries":1}' }
    expect((await handle({ ...change, headers: { authorization } }))?.status).toBe(200)
    expect(health.check('database').control().tuned).toEqual({ retries: 1 })
  })

  test('no check and no group can stand in its way', () => {
    expect(() => createHealth({ checks: { admin: check(() => {}) } })).toThrow(/admin/)
    expect(() => createHealth({ checks: {}, groups: { admin: { members: [] } } })).toThrow(/admin/)
    expect(() =>
      service().health.add(
        'admin',
        check(() => {}),
      ),
    ).toThrow(/admin/)
  })

  test('paths that only look like it are not it', async () => {
    const { handle } = service()
    const headers = { authorization }
    for (const url of [
      '/health/administrator',
      '/health/ADMIN',
      '//health/admin',
      '/health//admin',
      '/health/admin%2fchecks',
      '/health/admin%zz',
      '/health/live/admin',
      '/livez/admin',
      'health/admin',
    ])
      expect(handle({ method: 'GET', url, headers })).toBeUndefined()
  })

  test('after the end it answers, and changes nothing', async () => {
    const { ask, health, clock, told } = service()
    await health.dispose()
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '/checks/database', { enabled: false, forMs: 1000 }],
      ['POST', '/checks/database/run', undefined],
      ['POST', '/checks/database/reset', undefined],
    ] as const)
      expect((await ask(method, path, body)).status).toBe(200)
    expect(told.filter(({ action }) => action === 'change')).toEqual([])
    expect(clock.pending).toBe(0)
  })
})

describe('options', () => {
  const bad: [string, unknown, RegExp][] = [
    ['too short', { token: 'short' }, /admin\.token: expected a secret of at least 16/],
    ['an unset variable', { token: '' }, /admin\.token: .*an empty string/],
    ['missing', {}, /admin\.token: .*undefined/],
    ['nobody', { token: {} }, /at least one operator/],
    ['a short one of several', { token: { alice: token, bob: 'x' } }, /admin\.token\.bob: expected a secret/],
    ['a short one of one', { token: { bob: 'x' } }, /admin\.token\.bob: expected a secret/],
    ['shared', { token: { alice: token, bob: token } }, /two operators share a token/],
    ['unset for both', { token: { alice: '', bob: '' } }, /health handler: 2 problems/],
    ['misspelt', { token, tokn: 1 }, /admin\.tokn: unknown option/],
    ['no object', true, /admin: expected an object/],
  ]
  test.each(bad)('a token that is %s is refused', (_, admin, message) => {
    expect(() => service({ admin: admin as never })).toThrow(message)
  })

  test('whoever may look must not be able to write', () => {
    expect(() => service({ token, admin: { token } })).toThrow(/must not be able to write/)
  })

  test('a registry seen from elsewhere cannot be changed', () => {
    const mirror = new Mirror(stateOf(service().health))
    expect(() => createHandler(mirror, { admin: { token } })).toThrow(/admin: only what createHealth returns/)
  })
})

describe('on a real server', () => {
  const patch = {
    method: 'PATCH',
    headers: { authorization, 'content-type': 'application/json' },
    body: '{"retries":2}',
  }

  test('a change arrives', async () => {
    const { health } = service()
    await using server = await serveHealth(health, { port: 0, host: '127.0.0.1', admin: { token } })
    const response = await fetch(`${server.url}/health/admin/checks/database`, patch)
    expect(await response.json()).toMatchObject({ tuned: { retries: 2 } })
    const large = { ...patch, body: JSON.stringify({ reason: 'x'.repeat(1_000_000) }) }
    const refused = await fetch(`${server.url}/health/admin/checks/database`, large)
    expect(refused.status).toBe(413)
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
  })

  test.each(['before', 'after'])('a change arrives with a body parser %s it', async (place) => {
    const { health } = service()
    const app = express()
    if (place === 'before') app.use(express.json())
    app.use(healthMiddleware(health, { admin: { token } }))
    if (place === 'after') app.use(express.json())
    const server = createServer(app).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health/admin/checks/database`
    expect(await (await fetch(url, patch)).json()).toMatchObject({ tuned: { retries: 2 } })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  test('a client that goes away in the middle of a body changes nothing and hurts nobody', async () => {
    const { health, told } = service()
    await using server = await serveHealth(health, { port: 0, host: '127.0.0.1', admin: { token } })
    const asked = new Promise<void>((resolve) => server.server.once('request', () => resolve()))
    const socket = connect(server.port, '127.0.0.1')
    socket.write(
      `PATCH /health/admin/checks/database HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Length: 20\r\n\r\n{"retries"`,
    )
    await asked
    socket.destroy()
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
    expect(told).toEqual([])
  })
})
