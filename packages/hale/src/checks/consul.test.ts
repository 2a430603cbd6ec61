import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { acceptedBeyond } from '../../../../tests/servers/accepted-connections.ts'
import { closedPort, listen, portOf, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
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
// Or an idle connection would be closed, and another opened, while they are counted.
server.keepAliveTimeout = 60_000
let gate: TcpGate
const connections = { accepted: 0, open: 0 }
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
  server.on('request', answer).on('connection', (socket) => {
    connections.accepted++
    connections.open++
    socket.on('close', () => connections.open--)
  })
  await listen(server)
  gate = await startTcpGate(portOf(server))
})
afterAll(async () => {
  await gate.close()
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
  const secrets = () => [token, 'another-Secret-0815', '127.0.0.1', '10.1.10']
  describe('while it is asked in vain', () => {
    const cases = checkContract({
      create: () => consul(`http://127.0.0.1:${gate.port}`, { token, timeoutMs: 200 }),
      secrets,
      works: async () => (await fetch(`http://127.0.0.1:${gate.port}/`)).text(),
      heal,
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200 }),
        'a silent agent': {
          inject: () => {
            state = { ...healthy, silent: true }
          },
          expect: { text: /timed out/ },
        },
      },
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  describe('while it is answered', () => {
    let presented = token
    const cases = checkContract({
      // A request that times out costs its connection: one of them on a busy machine would be counted.
      create: () => consul(url(), { token: () => presented, timeoutMs: 5_000 }),
      secrets,
      questions: () => requests.length,
      works: async () => (await fetch(url())).text(),
      heal,
      faults: {
        'a cluster without a leader': {
          inject: () => {
            state = { ...healthy, leader: '""' }
          },
          expect: { text: 'no leader' },
        },
        'a wrong token': {
          inject: () => {
            presented = 'another-Secret-0815'
          },
          heal: () => {
            presented = token
          },
          expect: { text: 'HTTP 403' },
        },
        'an agent that fails': {
          inject: () => {
            state = { leader: 'No cluster leader', peers: 'No cluster leader', status: 500 }
          },
          expect: { text: 'no leader' },
        },
      },
      // Two questions at the same time.
      connections: () => acceptedBeyond(4, connections),
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })
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
    expect(await asked()).toMatchObject({ status: 'DOWN', error: 'answer not as expected' })
  }
  for (const peers of ['not JSON', '{}']) {
    state = { ...healthy, peers }
    expect(await asked()).toMatchObject({ status: 'DOWN', error: 'answer not as expected' })
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
  const signals: AbortSignal[] = []
  const hanging = (_to: string, { signal }: { signal: AbortSignal }) => {
    signals.push(signal)
    return new Promise<never>(() => {})
  }
  await asked({ timeoutMs: 20, fetch: hanging })
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
  requests.length = 0
  await asked({}, `${url()}/consul/`)
  expect(requests).toContain('GET /consul/v1/status/leader')
  const axios = async () => ({ status: 200, headers: {}, data: 'x' })
  expect(await asked({ fetch: axios as never })).toMatchObject({ error: 'not an answer of fetch' })
  const fetched: string[] = []
  const fetch = (to: string, request: RequestInit) => {
    fetched.push(to)
    return globalThis.fetch(to, request)
  }
  expect((await asked({ fetch })).status).toBe('UP')
  expect(fetched).toHaveLength(2)
})

test('credentials of the address and the token of the moment are sent, and no token where there is none', async () => {
  const sent: Record<string, string>[] = []
  const fetch = (to: string, request: RequestInit) => {
    sent.push(request.headers as Record<string, string>)
    return globalThis.fetch(to, request)
  }
  const of = async (address: string, given: unknown) => {
    await asked({ fetch, token: given as string }, address)
    return sent.splice(0)
  }
  const known = url().replace('//', '//user:planted-Secret-4711@')
  const authorization = `Basic ${btoa('user:planted-Secret-4711')}`
  expect(await of(known, async () => 'one')).toMatchObject(
    Array(2).fill({ authorization, 'x-consul-token': 'one', 'user-agent': 'hale' }),
  )
  for (const none of [undefined, null, 5])
    for (const headers of await of(url(), async () => none))
      expect(headers).not.toHaveProperty('x-consul-token')
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
  let token: string | undefined
  consul('http://127.0.0.1:8500', { token: async () => token })
  // @ts-expect-error a dependency cannot restart the process
  consul('http://127.0.0.1:8500', { probes: ['liveness'] })
})
