import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { closedPort, listen, portOf, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type ConsulCheckOptions, consul } from './consul.ts'

const token = 'planted-Secret-4711'
const healthy = {
  leader: '"10.1.10.12:8300"',
  peers: '["10.1.10.12:8300","10.1.10.10:8300","10.1.10.11:8300"]',
}

/** As its HTTP API is documented: no Consul runs here. */
const server = createServer()
let accepted = 0
let state: { leader: string; peers: string; status?: number; silent?: boolean } = healthy
const requests: string[] = []

function answer(request: IncomingMessage, response: ServerResponse): void {
  requests.push(`${request.method} ${request.url}`)
  if (state.silent) return
  const allowed = request.headers['x-consul-token'] === token
  response.statusCode = allowed ? (state.status ?? 200) : 403
  response.setHeader('content-type', 'application/json')
  if (!allowed) response.end('Permission denied: token with AccessorID hidden')
  else response.end(request.url?.endsWith('/peers') ? state.peers : state.leader)
}

beforeAll(async () => {
  server.on('request', answer).on('connection', () => accepted++)
  await listen(server)
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
afterEach(() => {
  state = healthy
})

const url = () => `http://127.0.0.1:${portOf(server)}`

function asked(options: ConsulCheckOptions = {}, to: string | URL = url()) {
  const health = createHealth({ checks: { consul: consul(to, { timeoutMs: 2_000, token, ...options }) } })
  return health.check('consul').run()
}

describe('keeps the contract of checks', () => {
  const heal = () => {
    state = healthy
  }
  const cases = checkContract({
    create: () => consul(url(), { token, timeoutMs: 300 }),
    secrets: () => [token, '127.0.0.1', '10.1.10'],
    heal,
    faults: {
      'a silent agent': {
        inject: () => {
          state = { ...healthy, silent: true }
        },
        expect: { text: /timed out/ },
      },
      'a cluster without a leader': {
        inject: () => {
          state = { ...healthy, leader: '""' }
        },
        expect: { text: 'no leader' },
      },
      'an agent that fails': {
        inject: () => {
          state = { leader: 'No cluster leader', peers: 'No cluster leader', status: 500 }
        },
        expect: { text: 'no leader' },
      },
    },
    connections: () => accepted,
  })
  test.each(cases)('$name', { timeout: 60_000 }, ({ run }) => run())
})

test('tells how many servers there are, and grades it', async () => {
  requests.length = 0
  expect(await asked()).toMatchObject({ status: 'UP', message: 'leader elected', data: { servers: 3 } })
  expect(requests.sort()).toEqual(['GET /v1/status/leader', 'GET /v1/status/peers'])
  const servers = { degradedAt: 2, downAt: 1 }
  state = { ...healthy, peers: '["10.1.10.12:8300","10.1.10.10:8300"]' }
  expect(await asked({ servers })).toMatchObject({ status: 'DEGRADED', message: 'too few servers' })
  state = { ...healthy, peers: '["10.1.10.12:8300"]' }
  expect(await asked({ servers })).toMatchObject({ status: 'DOWN', data: { servers: 1 } })
})

test('a wrong token, another server and a broken answer are DOWN with safe texts', async () => {
  const refused = await asked({ token: async () => 'wrong-Secret-0815' })
  expect(refused).toMatchObject({ status: 'DOWN', error: 'HTTP 403' })
  expect(JSON.stringify(refused)).not.toMatch(/ecret-|hidden/)
  for (const leader of ['not JSON', '{}', '5']) {
    state = { ...healthy, leader }
    expect(await asked()).toMatchObject({ status: 'DOWN', error: 'unexpected answer' })
  }
  state = { ...healthy, status: 302 }
  expect(await asked()).toMatchObject({ status: 'DOWN', error: 'HTTP 302' })
})

test('a port that refuses, one that is silent, and a path before its own', async () => {
  const refusing = new URL(`http://user:hidden@127.0.0.1:${await closedPort()}`)
  expect(await asked({}, refusing)).toMatchObject({ status: 'DOWN', error: 'connection refused' })
  await using silent = await startFaultyTcp({ kind: 'silent' })
  expect((await asked({ timeoutMs: 50 }, `http://127.0.0.1:${silent.port}`)).error).toBe(
    'timed out after 50 ms',
  )
  requests.length = 0
  await asked({}, `${url()}/consul/`)
  expect(requests).toContain('GET /consul/v1/status/leader')
  const fetched: string[] = []
  const fetch = (to: string, request: RequestInit) => {
    fetched.push(to)
    return globalThis.fetch(to, request)
  }
  expect((await asked({ fetch })).status).toBe('UP')
  expect(fetched).toHaveLength(2)
})

test('what is set up wrongly is told together, by createHealth', () => {
  const options = { token: 5, servers: { at: 1 }, fetch: 'x', datacenter: 'y' } as object
  const make = () => createHealth({ checks: { consul: consul('consul://hidden', options) } })
  for (const field of ['url', 'token', 'servers.at', 'fetch', 'datacenter'])
    expect(make).toThrow(`checks.consul.${field}:`)
  expect(make).not.toThrow(/hidden/)
})

test('is a check of readiness alone', () => {
  expectTypeOf(consul).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
  // @ts-expect-error a dependency cannot restart the process
  consul('http://127.0.0.1:8500', { probes: ['liveness'] })
})
