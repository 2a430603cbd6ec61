import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpServer, startFaultyHttp } from '../../../../tests/servers/faulty-http.ts'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { down } from '../core/outcome.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { http } from './http.ts'
import { type QuorumCheckOptions, quorum } from './quorum.ts'

describe('keeps the contract of checks', () => {
  let servers: HttpServer[] = []
  const well = { kind: 'status', status: 200 } as const
  beforeAll(async () => {
    servers = [await startFaultyHttp(well), await startFaultyHttp(well), await startFaultyHttp(well)]
  })
  afterAll(() => Promise.all(servers.map((server) => server.close())))
  const child = (index: number) =>
    http(() => `${servers[index]?.url}`, { timeoutMs: 200, maxAgeMs: { up: 0, down: 0 } })
  const cases = checkContract({
    create: () => quorum({ a: child(0), b: child(1), c: child(2) }),
    works: nothingToConnect,
    questions: () => servers.reduce((sum, { requests }) => sum + requests.length, 0),
    secrets: ['127.0.0.1'],
    heal: () => {
      for (const server of servers) server.become(well)
    },
    faults: {
      'one of three hangs': {
        inject: () => servers[1]?.become({ kind: 'silent' }),
        expect: { status: 'DEGRADED', text: '2 of 3 up' },
      },
      'two of three fail': {
        inject: () => {
          servers[0]?.become({ kind: 'silent' })
          servers[2]?.become({ kind: 'status', status: 503 })
        },
        expect: { text: '1 of 3 up' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

/** So many that are up, of five. */
function five(up: number) {
  const child = (index: number) => check(() => (index < up ? undefined : down()))
  return { a: child(0), b: child(1), c: child(2), d: child(3), e: child(4) }
}

describe('quorum', () => {
  test.for<[number, QuorumCheckOptions, string]>([
    [5, {}, 'UP'],
    [4, {}, 'DEGRADED'],
    [3, {}, 'DEGRADED'],
    [3, { someDownAs: 'UP' }, 'UP'],
    [2, {}, 'DOWN'],
    [2, { needed: 2 }, 'DEGRADED'],
    [4, { needed: 5 }, 'DOWN'],
  ])('%i of 5 with %o is %s', async ([up, options, status]) => {
    const report = await createHealth({ checks: { store: quorum(five(up), options) } })
      .check('store')
      .run()
    expect([report.status, report.message ?? report.error]).toEqual([status, `${up} of 5 up`])
    expect(report.data).toMatchObject({ up, total: 5, needed: options.needed ?? 3 })
  })

  test('one that is disabled is no member', async () => {
    const checks = {
      ...five(1),
      d: check(() => {}, { enabled: false }),
      e: check(() => {}, { enabled: false }),
    }
    const { data, status } = await createHealth({ checks: { store: quorum(checks) } })
      .check('store')
      .run()
    expect([status, data]).toEqual(['DOWN', expect.objectContaining({ up: 1, total: 3, needed: 2 })])
  })

  test('names all that is wrong with it', () => {
    const options = { needed: 6, someDownAs: true } as unknown as QuorumCheckOptions
    expect(() => createHealth({ checks: { store: quorum(five(5), options) } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.store.needed: expected a whole number between 1 and 5, got 6',
          "checks.store.someDownAs: expected 'DEGRADED', 'UP', got true",
        ],
      }),
    )
    expect(() => createHealth({ checks: { store: quorum(null as never) } })).toThrowError(
      expect.objectContaining({
        problems: expect.arrayContaining(['checks.store.checks: expected an object, got null']),
      }),
    )
  })
})
