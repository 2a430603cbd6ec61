import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DnsServer, startDns } from '../../../../tests/servers/dns.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
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
  const fails = (code: number) => () => server.become({ kind: 'failure', code })
  const cases = checkContract({
    create: () => dns('orders.planted', { servers: [server.address], timeoutMs: 250 }),
    secrets: ['127.0.0.1', '10.0.0.7', 'planted'],
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
        expect: { text: /^(timed out after 250 ms|name resolution timed out)$/ },
      },
      'no DNS at all': {
        inject: () => server.become({ kind: 'garbage' }),
        expect: { text: /^(timed out after 250 ms|name resolution (timed out|failed))$/ },
      },
    },
  })
  test.each(cases)('$name', { timeout: 60_000 }, ({ run }) => run())
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

  test("the system's own way knows the hosts file", async () => {
    expect((await run('localhost', { type: 'lookup' })).status).toBe('UP')
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
          b: dns('x', { type: 'lookup', servers: [] }),
          c: dns('x', { servers: ['fd00::2', '[fd00::2]:53', '10.0.0.2'] }),
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
          "checks.b.servers: the system's own way asks whom it likes; choose another type",
          'checks.b.servers: expected a list of addresses, got an array',
        ],
      }),
    )
  })
})
