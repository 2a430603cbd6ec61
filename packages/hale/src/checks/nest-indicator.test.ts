import { describe, expect, test } from 'vitest'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type NestIndicator, nestIndicator } from './nest-indicator.ts'

const refused = Object.assign(new Error('10.0.0.7 refused hunter22'), { code: 'ECONNREFUSED' })

describe('keeps the contract of checks', () => {
  const well: NestIndicator = () => ({ database: { status: 'up', url: 'postgres://u:hunter22@10.0.0.7/' } })
  let behave = well
  const cases = checkContract({
    create: () => nestIndicator((context) => behave(context), { timeoutMs: 200 }),
    secrets: ['hunter22', '10.0.0.7'],
    heal: () => {
      behave = well
    },
    faults: {
      'is down': {
        inject: () => {
          behave = () => ({ database: { status: 'down', message: 'hunter22' } })
        },
        expect: { text: 'check failed' },
      },
      'is degraded': {
        inject: () => {
          behave = async () => ({ database: { status: 'degraded', message: 'hunter22' } })
        },
        expect: 'DEGRADED',
      },
      throws: {
        inject: () => {
          behave = () => {
            throw refused
          }
        },
        expect: { text: 'connection refused' },
      },
      'answers late': {
        inject: () => {
          behave = () => new Promise((resolve) => setTimeout(resolve, 250))
        },
        expect: { text: 'timed out after 200 ms' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 60_000 }, ({ run }) => run())
})

describe('nestIndicator', () => {
  const run = (indicator: NestIndicator) =>
    createHealth({ checks: { database: nestIndicator(indicator) } })
      .check('database')
      .run()

  test.for<[unknown, string, string | undefined]>([
    [{ a: { status: 'up' }, b: { status: 'up' } }, 'UP', undefined],
    [{ a: { status: 'up' }, b: { status: 'degraded' } }, 'DEGRADED', undefined],
    [{ a: { status: 'down' }, b: { status: 'degraded' } }, 'DOWN', 'check failed'],
    [{ a: { status: 'down', statusCode: 503, statusText: 'hunter22' } }, 'DOWN', 'HTTP 503'],
    [{ a: { status: 'down', code: 'ECONNREFUSED' } }, 'DOWN', 'connection refused'],
    [{ a: { status: 'up', code: 'ECONNREFUSED' }, b: { status: 'down' } }, 'DOWN', 'check failed'],
    [{ a: { status: 'UP' } }, 'DOWN', 'not a result of a health indicator'],
    [{}, 'DOWN', 'not a result of a health indicator'],
    [undefined, 'DOWN', 'not a result of a health indicator'],
    [true, 'DOWN', 'not a result of a health indicator'],
    [{ a: 'up' }, 'DOWN', 'not a result of a health indicator'],
  ])('%o is %s', async ([result, status, error]) => {
    const report = await run(() => result)
    expect([report.status, report.error]).toEqual([status, error])
    expect(report.data).toBeUndefined()
  })

  test('takes a builder that is asked when it is awaited', async () => {
    const attempt = {
      // biome-ignore lint/suspicious/noThenProperty: what the builders of @nestjs/terminus are
      then: (resolve: (value: unknown) => void) => resolve({ database: { status: 'up' } }),
    }
    expect((await run(() => attempt)).status).toBe('UP')
  })

  test('names all that is wrong with its options', () => {
    expect(() =>
      createHealth({ checks: { a: nestIndicator({} as never, { retries: 'x' } as never) } }),
    ).toThrowError(
      expect.objectContaining({
        problems: [
          "checks.a.indicator: expected a function that returns an indicator's result, got an object",
          expect.stringContaining('checks.a.retries: expected a whole number'),
        ],
      }),
    )
  })
})
