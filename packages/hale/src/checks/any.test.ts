import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpServer, startFaultyHttp } from '../../../../tests/servers/faulty-http.ts'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { degraded, down } from '../core/outcome.ts'
import { checkContract } from '../testing/check-contract.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type AnyCheckOptions, any } from './any.ts'
import { http } from './http.ts'

describe('keeps the contract of checks', () => {
  let servers: HttpServer[] = []
  const well = { kind: 'status', status: 200 } as const
  beforeAll(async () => {
    servers = [await startFaultyHttp(well), await startFaultyHttp(well)]
  })
  afterAll(() => Promise.all(servers.map((server) => server.close())))
  const child = (index: number) =>
    http(() => `${servers[index]?.url}`, { timeoutMs: 200, maxAgeMs: { up: 0, down: 0 } })
  const cases = checkContract({
    create: () => any({ first: child(0), second: child(1) }),
    works: nothingToConnect,
    questions: () => servers.reduce((sum, { requests }) => sum + requests.length, 0),
    secrets: ['127.0.0.1'],
    heal: () => {
      for (const server of servers) server.become(well)
    },
    faults: {
      'one hangs': {
        inject: () => servers[0]?.become({ kind: 'silent' }),
        expect: { status: 'DEGRADED', text: '1 of 2 up' },
      },
      'both fail': {
        inject: () => {
          servers[0]?.become({ kind: 'silent' })
          servers[1]?.become({ kind: 'status', status: 503 })
        },
        expect: { text: '0 of 2 up' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

const pass = () => check(() => {})
const fail = () => check(() => down('gone'))

describe('any', () => {
  test.for<[Parameters<typeof any>[0], AnyCheckOptions, string, string]>([
    [{ a: pass(), b: pass() }, {}, 'UP', '2 of 2 up'],
    [{ a: pass(), b: fail() }, {}, 'DEGRADED', '1 of 2 up'],
    [{ a: pass(), b: fail() }, { someDownAs: 'UP' }, 'UP', '1 of 2 up'],
    [{ a: fail(), b: fail() }, { someDownAs: 'UP' }, 'DOWN', '0 of 2 up'],
    [{ a: pass(), b: check(() => degraded('slow')) }, {}, 'DEGRADED', '2 of 2 up'],
    [{ a: fail(), b: check(() => down(), { critical: false }) }, {}, 'DOWN', '0 of 2 up'],
  ])('%# with %o is %s', async ([checks, options, status, text]) => {
    const report = await createHealth({ checks: { whole: any(checks, options) } })
      .check('whole')
      .run()
    expect([report.status, report.message ?? report.error]).toEqual([status, text])
  })

  test.each([
    ['by the environment', 120],
    ['at run time', 2000],
  ])('says what it knows within a timeout that was set %s, to %d ms', async (how, timeoutMs) => {
    const hanging = check(() => new Promise(() => {}), { timeoutMs: 1500 })
    const environment = how === 'at run time' ? {} : { HALE_CHECK_WHOLE_TIMEOUT_MS: String(timeoutMs) }
    const whole = any({ a: pass(), hanging }, { timeoutMs: 700 })
    await using health = createHealth({ checks: { whole }, environment })
    if (how === 'at run time') health.check('whole').tune({ timeoutMs })
    const { status, message, data } = await health.check('whole').run()
    expect({ status, message }).toEqual({ status: 'DEGRADED', message: '1 of 2 up' })
    const error = timeoutMs < 1500 ? 'no answer within 70 ms' : 'timed out after 1.5 s'
    expect(data).toMatchObject({ checks: { a: { status: 'UP' }, hanging: { status: 'DOWN', error } } })
  })

  test('a child that was well and hangs now is not taken for well', async () => {
    let hangs = false
    const child = check(() => (hangs ? new Promise(() => {}) : undefined), {
      timeoutMs: 1500,
      maxAgeMs: { up: 0 },
    })
    await using health = createHealth({ checks: { whole: any({ child }, { timeoutMs: 100 }) } })
    const seen = [await health.check('whole').run()]
    hangs = true
    seen.push(await health.check('whole').run())
    expect(seen.map(({ status }) => status)).toEqual(['UP', 'DOWN'])
  })

  test('what its children said ages by the clock of the registry, of each one that it is in', async () => {
    let works = true
    const whole = any({ child: check(() => works || down('gone')) })
    const clock = fakeClock()
    const statusAfter = async (ms: number, health = createHealth({ clock, checks: { whole } })) => {
      await clock.advance(ms)
      const { status } = await health.check('whole').run()
      return { status, health }
    }
    const { status, health } = await statusAfter(0)
    expect(status).toBe('UP')
    works = false
    expect(await statusAfter(999, health)).toMatchObject({ status: 'UP' })
    expect(await statusAfter(0)).toMatchObject({ status: 'DOWN' })
    expect(await statusAfter(1, health)).toMatchObject({ status: 'DOWN' })
  })

  test('names all that is wrong with it and its children', () => {
    const options = { someDownAs: 'MAYBE' } as unknown as AnyCheckOptions
    const children = { a: check(() => {}, { retries: -1 }) }
    expect(() => createHealth({ checks: { whole: any(children, options) } })).toThrowError(
      expect.objectContaining({
        problems: [
          "checks.whole.someDownAs: expected 'DEGRADED', 'UP', got a string of 5 characters",
          expect.stringContaining('checks.whole.checks.a.retries: expected a whole number'),
        ],
      }),
    )
  })
})
