import { describe, expect, test } from 'vitest'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type TerminusHealthCheck, terminus } from './terminus.ts'

/** As @godaddy/terminus has it. */
class HealthCheckError extends Error {
  readonly causes: unknown
  constructor(message: string, causes: unknown) {
    super(message)
    this.causes = causes
  }
}

const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432 hunter22'), {
  code: 'ECONNREFUSED',
})
const secrets = ['10.0.0.7', 'hunter22']

describe('keeps the contract of checks', () => {
  let behave: TerminusHealthCheck = async () => ({ url: 'postgres://u:hunter22@10.0.0.7/' })
  const well = behave
  const cases = checkContract({
    create: () => terminus((given) => behave(given), { timeoutMs: 200 }),
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
          behave = () => new Promise((resolve) => setTimeout(resolve, 250))
        },
        expect: { text: 'timed out after 200 ms' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 60_000 }, ({ run }) => run())
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
