import { lookup } from 'node:dns/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DnsServer, startDns } from '../../../../tests/servers/dns.ts'
import { faultsOfPeer, type Peer, startPeer } from '../../../../tests/servers/peer.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type DnsCheckOptions, dns } from './dns.ts'

let server: DnsServer
const well = { kind: 'records', addresses: ['10.0.0.7', '10.0.0.8'] } as const
beforeAll(async () => {
  server = await startDns(well)
})
afterAll(() => server.close())

const run = (name: string, options: DnsCheckOptions = {}) =>
  createHealth({ checks: { name: dns(name, { timeoutMs: 5000, ...options }) } })
    .check('name')
    .run()

describe('keeps the contract of checks', () => {
  let peer: Peer
  beforeAll(async () => {
    peer = await startPeer('dns', { slowMs: 1000 })
  })
  afterAll(() => peer[Symbol.asyncDispose]())
  const late = /^(timed out after 250 ms|name resolution timed out)$/
  const ofPeer = checkContract({
    create: () => dns('orders.planted', { servers: [`127.0.0.1:${peer.port}`], timeoutMs: 250 }),
    works: nothingToConnect,
    secrets: ['127.0.0.1', '10.0.0.7', 'planted'],
    faults: faultsOfPeer(() => peer, {
      late,
      killed: /^(connection refused|name resolution (failed|timed out)|timed out after 250 ms)$/,
    }),
  })
  test.each(ofPeer)('in a process of its own: $name', { timeout: 120_000 }, ({ run }) => run())
  const fails = (code: number) => () => server.become({ kind: 'failure', code })
  const cases = checkContract({
    create: () => dns('orders.planted', { servers: [server.address], timeoutMs: 250 }),
    works: nothingToConnect,
    secrets: ['127.0.0.1', '10.0.0.7', 'planted'],
    questions: () => server.questions,
    heal: () => server.become(well),
    faults: {
      'no such name': { inject: fails(3), expect: { text: 'host name not found' } },
      'a server that fails': { inject: fails(2), expect: { text: 'name resolution failed' } },
      'a server that refuses': { inject: fails(5), expect: { text: 'name resolution failed' } },
      'no records': {
        inject: () => server.become({ kind: 'records', addresses: [] }),
        expect: { text: 'host name has no such record' },
      },
      'a silent server': {
        inject: () => server.become({ kind: 'silent' }),
        expect: { text: late },
      },
      'no DNS at all': {
        inject: () => server.become({ kind: 'garbage' }),
        expect: { text: /^(timed out after 250 ms|name resolution (timed out|failed))$/ },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe('dns', () => {
  test('tells how many records there are, and not which', async () => {
    const before = server.questions
    const { status, message, data } = await run('orders.internal', { servers: [server.address] })
    expect([status, message, data]).toEqual(['UP', 'resolved', { records: 2 }])
    expect(server.questions - before).toBe(1)
  })

  test.for<[DnsCheckOptions, string | undefined]>([
    [{ least: 2 }, undefined],
    [{ least: 3 }, 'fewer records than expected'],
    [{ expect: (records) => records.includes('10.0.0.7') }, undefined],
    [{ expect: (records) => records.includes('10.0.0.9') }, 'records not as expected'],
    [{ expect: async () => false }, 'records not as expected'],
    [{ expect: async () => true }, undefined],
    [
      {
        expect: () => {
          throw new Error('hunter22')
        },
      },
      'check failed',
    ],
  ])('%# is judged', async ([options, error]) => {
    expect((await run('orders.internal', { servers: [server.address], ...options })).error).toBe(error)
  })

  test('shows how many there are when they are too few', async () => {
    const { status, data } = await run('orders.internal', { servers: [server.address], least: 3 })
    expect([status, data]).toEqual(['DOWN', { records: 2 }])
  })

  test.for([
    ['AAAA', 28],
    ['MX', 15],
    ['NS', 2],
    ['SRV', 33],
    ['TXT', 16],
  ] as const)('asks for records of type %s', async ([type, number]) => {
    server.become({ kind: 'records', addresses: [] })
    try {
      const report = await run('orders.internal', { servers: [server.address], type })
      expect(report.error).toBe('host name has no such record')
      expect(server.lastType).toBe(number)
    } finally {
      server.become(well)
    }
  })

  test("the system's own way knows the hosts file, and all addresses of a name", async () => {
    let seen: readonly unknown[] = []
    const expectAll = (records: readonly unknown[]) => {
      seen = records
      return true
    }
    expect((await run('localhost', { type: 'lookup', expect: expectAll })).status).toBe('UP')
    expect(seen).toEqual(await lookup('localhost', { all: true }))
    const unknown = await run('nowhere.invalid', { type: 'lookup' })
    expect(unknown.error).toMatch(/^(host name not found|name resolution failed)$/)
  })

  test('a name server that nobody listens at', async () => {
    const gone = await startDns(well)
    await gone.close()
    const { status, error } = await run('orders.internal', { servers: [gone.address], timeoutMs: 400 })
    expect([status, error]).toEqual([
      'DOWN',
      expect.stringMatching(/^(connection refused|timed out|name resolution)/),
    ])
  })

  test('gives its question up when the run is over', async () => {
    server.become({ kind: 'silent' })
    const controller = new AbortController()
    const definition = dns('orders.internal', { servers: [server.address] })
    const before = server.questions
    const context = {
      signal: controller.signal,
      name: 'x',
      timeoutMs: 60_000,
      now: () => performance.now(),
      warn() {},
    }
    const running = definition.run?.(context) as Promise<unknown>
    try {
      await expect.poll(() => server.questions).toBe(before + 1)
      controller.abort()
      await expect(running).rejects.toMatchObject({ code: 'ECANCELLED' })
    } finally {
      server.become(well)
    }
  })

  test('has a timeout that is no whole number', async () => {
    const { status, error } = await run('orders.internal', { servers: [server.address], timeoutMs: 2000.5 })
    expect([status, error]).toEqual(['UP', undefined])
  })

  test('names all that is wrong with its options', () => {
    const options = {
      type: 'ANY',
      servers: ['ns.internal', '10.0.0.2:53', 5],
      least: 0,
      expect: 1,
    } as unknown
    expect(() =>
      createHealth({
        checks: {
          a: dns('', options as DnsCheckOptions),
          b: dns('https://x/', { type: 'lookup', servers: [] }),
          c: dns('x', { servers: ['fd00::2', '[fd00::2]:53', '[fd00::2]', '10.0.0.2'] }),
          e: dns('127.0.0.1'),
          d: dns('x:53', { servers: ['10.0.0.2:70000', '[fd00::2]:0', '10.0.0.2:53:53'] }),
        },
      }),
    ).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.a.name: expected a host name, got an empty string',
          expect.stringContaining("checks.a.type: expected 'A', 'AAAA'"),
          'checks.a.least: expected a whole number of at least 1, got 0',
          'checks.a.expect: expected a function, got 1',
          expect.stringContaining('checks.a.servers[0]: expected an IP address, perhaps with a port'),
          expect.stringContaining('checks.a.servers[2]: expected an IP address, perhaps with a port, got 5'),
          'checks.b.name: expected a host name, got a string of 10 characters',
          "checks.b.servers: the system's own way asks whom it likes; choose another type",
          'checks.b.servers: expected a list of addresses, got an array',
          'checks.e.name: expected a host name, got an address, which needs no resolving',
          'checks.d.name: expected a host name, got a string of 4 characters',
          expect.stringContaining('checks.d.servers[0]: expected an IP address'),
          expect.stringContaining('checks.d.servers[1]: expected an IP address'),
          expect.stringContaining('checks.d.servers[2]: expected an IP address'),
        ],
      }),
    )
  })
})
