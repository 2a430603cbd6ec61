import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTerminus, HealthCheckError } from '@godaddy/terminus'
import { describe, expect, test } from 'vitest'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type TerminusHealthCheck, terminus } from './terminus.ts'

const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432 hunter22'), {
  code: 'ECONNREFUSED',
})
const secrets = ['10.0.0.7', 'hunter22']

describe('keeps the contract of checks', () => {
  let behave: TerminusHealthCheck = async () => ({ url: 'postgres://u:hunter22@10.0.0.7/' })
  const well = behave
  const cases = checkContract({
    create: () => terminus((given) => behave(given), { timeoutMs: 200 }),
    works: nothingToConnect,
    secrets,
    heal: () => {
      behave = well
    },
    faults: {
      rejects: {
        inject: () => {
          behave = () => Promise.reject(refused)
        },
        expect: { text: 'connection refused' },
      },
      'rejects with its causes': {
        inject: () => {
          behave = () => Promise.reject(new HealthCheckError('hunter22', [new Error('10.0.0.7'), refused]))
        },
        expect: { text: 'connection refused' },
      },
      'rejects undefined': {
        inject: () => {
          behave = () => Promise.reject(undefined)
        },
        expect: { text: 'check failed' },
      },
      hangs: {
        inject: () => {
          behave = () => new Promise((resolve) => setTimeout(resolve, 350))
        },
        expect: { text: 'timed out after 200 ms' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe('terminus', () => {
  const run = (healthCheck: TerminusHealthCheck) =>
    createHealth({ checks: { database: terminus(healthCheck) } })
      .check('database')
      .run()

  test('gives the state that terminus gives, and shows nothing of what comes back', async () => {
    let given: unknown
    const report = await run(async (state) => {
      given = state
      return { password: 'hunter22' }
    })
    expect(given).toEqual({ state: { isShuttingDown: false } })
    expect([report.status, report.message, report.data]).toEqual(['UP', undefined, undefined])
  })

  test.for([
    [refused, 'connection refused'],
    [{ database: refused }, 'connection refused'],
    [{ database: { status: 503 } }, 'HTTP 503'],
    ['hunter22', 'check failed'],
    [null, 'check failed'],
    [{ database: 'hunter22' }, 'check failed'],
  ] as const)('with causes %o it says %s', async ([causes, text]) => {
    const report = await run(() => Promise.reject(new HealthCheckError('failed', causes)))
    expect(report.error).toBe(text)
    expect(JSON.stringify(report)).not.toContain('hunter22')
  })

  test('says what terminus itself says of the same function', async () => {
    let behave: TerminusHealthCheck = async () => {}
    const onHealthCheck = async (given: { state: { isShuttingDown: boolean } }) => behave(given)
    const server = createServer((_request, response) => response.end())
    const listeners = process.listeners('SIGTERM')
    createTerminus(server, { healthChecks: { '/health': onHealthCheck } })
    // It is told to end in good order, which is no business of this test.
    for (const added of process.listeners('SIGTERM'))
      if (!listeners.includes(added)) process.removeListener('SIGTERM', added)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`
    const health = createHealth({ checks: { database: terminus(onHealthCheck, { timeoutMs: 5000 }) } })
    const kinds: readonly TerminusHealthCheck[] = [
      async () => {},
      async () => ({ hunter22: true }),
      () => Promise.reject(new HealthCheckError('hunter22', [refused])),
      () => Promise.reject(new Error('hunter22')),
      async () => 'late',
    ]
    try {
      for (const each of kinds) {
        behave = each
        const { status, error } = await health.check('database').run()
        const answer = await fetch(url)
        await answer.text()
        expect([status, answer.status]).toEqual(error === undefined ? ['UP', 200] : ['DOWN', 503])
      }
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  test('the status that terminus is to answer is not what went wrong', async () => {
    const error = Object.assign(new HealthCheckError('failed', [refused]), { statusCode: 500 })
    expect((await run(() => Promise.reject(error))).error).toBe('connection refused')
  })

  test('names all that is wrong with its options', () => {
    const create = () => terminus(5 as never, { timeout: 5 } as never)
    expect(() => createHealth({ checks: { database: create() } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.database.healthCheck: expected a function, got 5',
          'checks.database.timeout: unknown option; did you mean timeoutMs?',
        ],
      }),
    )
  })
})
