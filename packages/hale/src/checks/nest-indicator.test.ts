import { NestFactory } from '@nestjs/core'
import {
  DiskHealthIndicator,
  HealthCheckService,
  type HealthIndicatorFunction,
  HealthIndicatorService,
  MemoryHealthIndicator,
  TerminusModule,
} from '@nestjs/terminus'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type NestAttempt, type NestIndicator, nestIndicator } from './nest-indicator.ts'

const refused = Object.assign(new Error('10.0.0.7 refused hunter22'), { code: 'ECONNREFUSED' })

describe('keeps the contract of checks', () => {
  const well: NestIndicator = () => ({ database: { status: 'up', url: 'postgres://u:hunter22@10.0.0.7/' } })
  let behave = well
  const cases = checkContract({
    create: () => nestIndicator((context) => behave(context), { timeoutMs: 200 }),
    works: nothingToConnect,
    secrets: ['hunter22', '10.0.0.7'],
    heal: () => {
      behave = well
    },
    faults: {
      'is down': {
        inject: () => {
          behave = () => ({ database: { status: 'down', message: 'hunter22' } })
        },
        expect: { text: 'down' },
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
          behave = () => new Promise((resolve) => setTimeout(resolve, 350))
        },
        expect: { text: 'timed out after 200 ms' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe('nestIndicator', () => {
  const run = (indicator: NestIndicator | NestAttempt) =>
    createHealth({ checks: { database: nestIndicator(indicator) } })
      .check('database')
      .run()

  test.for<[unknown, string, string | undefined]>([
    [{ a: { status: 'up' }, b: { status: 'up' } }, 'UP', undefined],
    [{ a: { status: 'up' }, b: { status: 'degraded' } }, 'DEGRADED', undefined],
    [{ a: { status: 'down' } }, 'DOWN', 'down'],
    [{ a: { status: 'down' }, b: { status: 'degraded' } }, 'DOWN', 'down'],
    [{ a: { status: 'down', statusCode: 503, statusText: 'hunter22' } }, 'DOWN', 'HTTP 503'],
    [{ a: { status: 'down', code: 'ECONNREFUSED' } }, 'DOWN', 'connection refused'],
    [{ a: { status: 'up', code: 'ECONNREFUSED' }, b: { status: 'down' } }, 'DOWN', 'down'],
    [{ a: { status: 'UP' } }, 'DOWN', 'not a result of a health indicator'],
    [{}, 'DOWN', 'not a result of a health indicator'],
    [{ status: 'ok', details: { a: { status: 'up' } } }, 'UP', undefined],
    [{ status: 'degraded', details: { a: { status: 'degraded' } } }, 'DEGRADED', undefined],
    [{ status: 'ok' }, 'DOWN', 'not a result of a health indicator'],
    [{ a: { status: 'down', message: 'timeout of 300ms exceeded' } }, 'DOWN', 'timed out'],
    [{ a: { status: 'down', message: 'no timeout of 300ms exceeded' } }, 'DOWN', 'down'],
    [{ a: { status: 'down', message: 'Not connected to database' } }, 'DOWN', 'not connected'],
    [undefined, 'DOWN', 'not a result of a health indicator'],
    [true, 'DOWN', 'not a result of a health indicator'],
    [{ a: 'up' }, 'DOWN', 'not a result of a health indicator'],
  ])('%o is %s', async ([result, status, error]) => {
    const report = await run(() => result)
    expect([report.status, report.error]).toEqual([status, error])
    expect(JSON.stringify(report)).not.toContain('hunter22')
  })

  test.for<[unknown, unknown]>([
    [{ a: { status: 'down', message: 'hunter22' } }, undefined],
    [{ a: { status: 'up' }, b: { status: 'down' } }, { components: { a: 'UP', b: 'DOWN' } }],
    [
      { status: 'ok', details: { a: { status: 'up' }, b: { status: 'degraded' } } },
      { components: { a: 'UP', b: 'DEGRADED' } },
    ],
    [
      { 'hunter22 at 10.0.0.7': { status: 'down' }, 'hunter22?': { status: 'up' }, a: { status: 'up' } },
      { components: { unnamed: 'DOWN', a: 'UP' } },
    ],
    [{ a: { status: 'up' }, b: { status: 'no' } }, undefined],
  ])('of several entries it tells which is how: %o', async ([result, data]) => {
    const report = await run(() => result)
    expect(report.data).toEqual(data)
    expect(JSON.stringify(report)).not.toContain('hunter22')
  })

  test('takes a builder that is asked when it is awaited', async () => {
    const attempt = {
      // biome-ignore lint/suspicious/noThenProperty: what the builders of @nestjs/terminus are
      then: (resolve: (value: unknown) => void) => resolve({ database: { status: 'up' } }),
    }
    expect((await run(() => attempt)).status).toBe('UP')
  })

  test('a promise, which has one result for all time, is refused', () => {
    const create = () => createHealth({ checks: { a: nestIndicator(Promise.resolve({}) as never) } })
    expect(create).toThrow("expected a function that returns an indicator's result")
  })

  test('names all that is wrong with its options', () => {
    expect(() =>
      createHealth({ checks: { a: nestIndicator({} as never, { retries: 'x' } as never) } }),
    ).toThrowError(
      expect.objectContaining({
        problems: [
          "checks.a.indicator: expected a function that returns an indicator's result, or an attempt, got an object",
          expect.stringContaining('checks.a.retries: expected a whole number'),
        ],
      }),
    )
  })
})

describe('@nestjs/terminus itself', () => {
  let application: Awaited<ReturnType<typeof NestFactory.createApplicationContext>>
  beforeAll(async () => {
    application = await NestFactory.createApplicationContext(TerminusModule.forRoot({ logger: false }), {
      logger: false,
    })
  })
  afterAll(() => application.close())
  const service = () => application.get(HealthIndicatorService)
  const reported = async (indicator: HealthIndicatorFunction, timeoutMs = 5000) => {
    const health = createHealth({ checks: { peer: nestIndicator(indicator, { timeoutMs }) } })
    const report = await health.check('peer').run()
    expect(JSON.stringify(report)).not.toMatch(/hunter22|10\.0\.0\.7/)
    return `${report.status} ${report.error ?? report.message ?? ''}`
  }
  /** What its own service says of the same indicator. */
  const judged = async (indicator: HealthIndicatorFunction) => {
    try {
      return (await application.get(HealthCheckService).check([indicator])).status
    } catch {
      return 'error'
    }
  }

  test.for<[string, () => HealthIndicatorFunction, string, string]>([
    ['up', () => () => service().check('a').up({ url: 'hunter22' }), 'UP ', 'ok'],
    ['degraded', () => () => service().check('a').degraded('hunter22'), 'DEGRADED ', 'degraded'],
    ['down', () => () => service().check('a').down('hunter22'), 'DOWN down', 'error'],
    [
      'down, with a status',
      () => () => service().check('a').down({ statusCode: 502 }),
      'DOWN HTTP 502',
      'error',
    ],
    [
      'an attempt',
      () => () =>
        service()
          .check('a')
          .attempt(async () => {}),
      'UP ',
      'ok',
    ],
    [
      'an attempt that fails',
      () => () =>
        service()
          .check('a')
          .attempt(() => Promise.reject(refused)),
      'DOWN down',
      'error',
    ],
    [
      'an attempt that hangs',
      () => () =>
        service()
          .check('a')
          .attempt(() => new Promise(() => {}))
          .withTimeout(20),
      'DOWN timed out',
      'error',
    ],
    [
      'an attempt as it is',
      () =>
        service()
          .check('a')
          .attempt(async () => {}),
      'UP ',
      'ok',
    ],
    [
      'the heap past its limit',
      () => () => application.get(MemoryHealthIndicator).checkHeap('heap', 1),
      'DOWN past its threshold',
      'error',
    ],
    [
      'space on a disk',
      () => () =>
        application.get(DiskHealthIndicator).checkStorage('disk', { path: '/', thresholdPercent: 1 }),
      'UP ',
      'ok',
    ],
    [
      'one that throws',
      () => () => {
        throw refused
      },
      'DOWN connection refused',
      'error',
    ],
  ])('%s', async ([, indicator, expected, status]) => {
    expect(await reported(indicator())).toBe(expected)
    expect(await judged(indicator())).toBe(status)
  })

  test('an attempt is made anew by each run', async () => {
    let broken = false
    let attempts = 0
    const attempt = service()
      .check('a')
      .attempt(() => {
        attempts++
        if (broken) throw refused
      })
    const health = createHealth({ checks: { a: nestIndicator(attempt) } })
    const statuses: string[] = []
    for (broken of [false, true, false]) statuses.push((await health.check('a').run()).status)
    expect([statuses, attempts]).toEqual([['UP', 'DOWN', 'UP'], 3])
  })

  test('an attempt that hangs without a timeout of its own', async () => {
    const indicator = () =>
      service()
        .check('a')
        .attempt(() => new Promise(() => {}))
    expect(await reported(indicator, 30)).toBe('DOWN timed out after 30 ms')
  })

  test('its whole service, which throws what is down', async () => {
    let status: 'up' | 'degraded' | 'down' = 'up'
    const whole = () =>
      application
        .get(HealthCheckService)
        .check([
          () => service().check('a').up(),
          () => ({ b: { status, message: 'hunter22', code: 'ECONNREFUSED' } }),
        ])
    const health = createHealth({ checks: { peer: nestIndicator(whole) } })
    const texts: string[] = []
    for (status of ['up', 'degraded', 'down'] as const) {
      const report = await health.check('peer').run()
      texts.push(`${report.status} ${report.error ?? ''}`)
    }
    expect(texts).toEqual(['UP ', 'DEGRADED ', 'DOWN connection refused'])
  })
})
