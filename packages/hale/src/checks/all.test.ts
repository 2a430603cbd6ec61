import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpServer, startFaultyHttp } from '../../../../tests/servers/faulty-http.ts'
import { check, heartbeat, selfCheck } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { degraded, down } from '../core/outcome.ts'
import { checkContract } from '../testing/check-contract.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type AllCheckOptions, all } from './all.ts'
import { http } from './http.ts'

describe('keeps the contract of checks', () => {
  let servers: HttpServer[] = []
  const well = { kind: 'status', status: 200 } as const
  beforeAll(async () => {
    servers = [await startFaultyHttp(well), await startFaultyHttp(well)]
  })
  afterAll(() => Promise.all(servers.map((server) => server.close())))
  const url = (index: number) => () => `${servers[index]?.url}`.replace('//', '//u:planted-Secret-4711@')
  const cases = checkContract({
    create: () =>
      all({
        payments: http(url(0), { timeoutMs: 200, maxAgeMs: { up: 0, down: 0 } }),
        search: http(url(1), { timeoutMs: 200, maxAgeMs: { up: 0, down: 0 }, critical: false }),
      }),
    works: nothingToConnect,
    questions: () => servers.reduce((sum, { requests }) => sum + requests.length, 0),
    secrets: ['planted-Secret-4711', '127.0.0.1'],
    heal: () => {
      for (const server of servers) server.become(well)
    },
    faults: {
      'one fails': {
        inject: () => servers[0]?.become({ kind: 'status', status: 500 }),
        expect: { text: '1 of 2 up' },
      },
      'one hangs': { inject: () => servers[0]?.become({ kind: 'silent' }), expect: { text: '1 of 2 up' } },
      'one resets': {
        inject: () => servers[0]?.become({ kind: 'reset-mid-body' }),
        expect: { text: '1 of 2 up' },
      },
      'one that is not critical fails': {
        inject: () => servers[1]?.become({ kind: 'status', status: 500 }),
        expect: { status: 'DEGRADED', text: '1 of 2 up' },
      },
      'both hang': {
        inject: () => {
          for (const server of servers) server.become({ kind: 'silent' })
        },
        expect: { text: '0 of 2 up' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

const run = (checks: Parameters<typeof all>[0], options?: AllCheckOptions) =>
  createHealth({ checks: { whole: all(checks, options) } })
    .check('whole')
    .run()
const pass = () => check(() => {})
const fail = () => check(() => down('gone'))
const half = () => check(() => degraded('slow'))

describe('all', () => {
  test.for([
    [{ a: pass(), b: pass() }, 'UP', '2 of 2 up'],
    [{ a: pass(), b: half() }, 'DEGRADED', '2 of 2 up'],
    [{ a: pass(), b: fail() }, 'DOWN', '1 of 2 up'],
    [{ a: pass(), b: check(() => down(), { critical: false }) }, 'DEGRADED', '1 of 2 up'],
    [{ a: pass(), b: check(() => down(), { enabled: false }) }, 'UP', '1 of 1 up'],
    [{ a: selfCheck(() => {}), b: all({ c: pass(), d: fail() }) }, 'DOWN', '1 of 2 up'],
  ] as const)('%# is %s', async ([checks, status, text]) => {
    const report = await run(checks)
    expect([report.status, report.message ?? report.error]).toEqual([status, text])
  })

  test('shows the status and the text of each, safe as anywhere', async () => {
    const { data } = await run({
      database: check(() => {
        throw Object.assign(new Error('10.0.0.7 refused hunter22'), { code: 'ECONNREFUSED' })
      }),
      queue: half(),
      cache: pass(),
    })
    expect(data).toEqual({
      up: 2,
      total: 3,
      checks: {
        database: { status: 'DOWN', error: 'connection refused' },
        queue: { status: 'DEGRADED', message: 'slow' },
        cache: { status: 'UP' },
      },
    })
  })

  test('each child has its own timeout, and the whole says which one used it up', async () => {
    const { data, durationMs } = await run({
      quick: check(() => {}, { timeoutMs: 50 }),
      hanging: check(() => new Promise(() => {}), { timeoutMs: 100 }),
    })
    expect(data).toMatchObject({
      checks: { quick: { status: 'UP' }, hanging: { error: 'timed out after 100 ms' } },
    })
    expect(durationMs).toBeLessThan(400)
  })

  test('a child that takes longer than the whole may is named too', async () => {
    const { error, data } = await run(
      { slow: check(() => new Promise(() => {}), { timeoutMs: 5000 }), quick: pass() },
      { timeoutMs: 200 },
    )
    expect(error).toBe('1 of 2 up')
    expect(data).toMatchObject({ checks: { slow: { error: 'no answer within 150 ms' } } })
  })

  test('a child serves its result for as long as it says, whatever the age of the whole', async () => {
    const runs = { often: 0, rarely: 0 }
    const health = createHealth({
      checks: {
        whole: all({
          often: check(() => void runs.often++, { maxAgeMs: { up: 0 } }),
          rarely: check(() => void runs.rarely++, { maxAgeMs: { up: 60_000 } }),
        }),
      },
    })
    for (let probe = 0; probe < 5; probe++) await health.check('whole').run()
    expect(runs).toEqual({ often: 5, rarely: 1 })
  })

  test('a child that hangs cannot pile up, though the whole settles each time', async () => {
    let hanging = 0
    const health = createHealth({
      checks: { whole: all({ hanging: check(() => new Promise(() => hanging++), { timeoutMs: 20 }) }) },
    })
    for (let probe = 0; probe < 10; probe++) expect((await health.check('whole').run()).status).toBe('DOWN')
    expect(hanging).toBe(1)
  })

  test('a failing child is retried, and counts by its thresholds', async () => {
    let calls = 0
    const flaky = check(() => (++calls % 2 === 1 ? down('first') : undefined), { retries: 1 })
    expect((await run({ flaky })).status).toBe('UP')
    let fails = false
    const health = createHealth({
      checks: {
        whole: all({
          slow: check(() => (fails ? down() : undefined), {
            failureThreshold: 3,
            maxAgeMs: { up: 0, down: 0 },
          }),
        }),
      },
    })
    const seen = [(await health.check('whole').run()).status]
    fails = true
    for (let probe = 0; probe < 3; probe++) seen.push((await health.check('whole').run()).status)
    expect(seen).toEqual(['UP', 'UP', 'UP', 'DOWN'])
  })

  test('disposing the registry aborts what its children do', async () => {
    let aborted = false
    let begun = false
    const whole = all({
      hanging: check(
        ({ signal }) => {
          signal.addEventListener('abort', () => {
            aborted = true
          })
          begun = true
          return new Promise(() => {})
        },
        { timeoutMs: 100 },
      ),
    })
    const health = createHealth({ checks: { whole } })
    void health.check('whole').run()
    await expect.poll(() => begun).toBe(true)
    await health.dispose()
    expect(aborted).toBe(true)
    const successor = createHealth({ checks: { whole } })
    expect((await successor.check('whole').run()).data).toMatchObject({
      checks: { hanging: { error: 'timed out after 100 ms' } },
    })
  })

  test('serves one definition in two registries, and under a fake clock', async () => {
    const definition = all({ a: pass() })
    const clock = fakeClock()
    const [one, other] = [
      createHealth({ checks: { definition } }),
      createHealth({ checks: { definition }, clock }),
    ]
    expect((await one.readiness()).status).toBe('UP')
    expect((await other.readiness()).status).toBe('UP')
  })

  test('raw errors of its children reach the log of the whole, and no answer', async () => {
    const logged: unknown[] = []
    const log = (_message: string, details?: object) => logged.push((details as { err?: unknown }).err)
    const logger = { info: log, warn: log, error: log }
    const failing = (error: Error) =>
      check(() => {
        throw error
      })
    const [first, second] = [new Error('hunter22'), new Error('hunter23')]
    const health = createHealth({
      checks: {
        one: all({ a: failing(first), b: pass() }),
        two: all({ a: failing(first), b: failing(second) }),
        optional: all({ a: check(() => down('x', undefined, second), { critical: false }) }),
      },
      logger,
    })
    expect(JSON.stringify(await health.readiness())).not.toContain('hunter')
    expect(logged).toContain(first)
    expect(logged).toContain(second)
    expect(logged).toContainEqual(new AggregateError([first, second]))
  })

  test('names all that is wrong with it and its children', () => {
    const children = {
      'no name': pass(),
      beat: heartbeat({ ttlMs: 5 }),
      background: check(() => {}, { intervalMs: 1000, retries: -1 }),
      wrong: check(() => {}, { timeoutMs: -1 }),
      alive: selfCheck(() => {}, { probes: ['liveness'] }),
      plain: (() => {}) as never,
    }
    const create = (checks: unknown, options: unknown = {}) => {
      try {
        createHealth({ checks: { whole: all(checks as never, options as AllCheckOptions) } })
      } catch (error) {
        return (error as { problems: readonly string[] }).problems
      }
      return []
    }
    expect(create(children, { timeoutMS: 5 })).toEqual([
      'checks.whole.checks.beat: a heartbeat cannot be part of another check',
      'checks.whole.checks.background.intervalMs: runs only when the whole does; set it on the whole',
      'checks.whole.checks.alive.probes: belongs to the probes of the whole; set them there',
      expect.stringMatching(/^checks\.whole\.checks\["no name"\]: /),
      expect.stringMatching(/^checks\.whole\.checks\.background\.retries: /),
      'checks.whole.checks.wrong.timeoutMs: expected a number of milliseconds of at least 1, got -1',
      'checks.whole.checks.plain: expected a check, got a function; wrap it: check(fn)',
      'checks.whole.timeoutMS: unknown option; did you mean timeoutMs?',
    ])
    expect(create({})).toEqual(['checks.whole.checks: expected at least one check, got none'])
    expect(create(undefined)).toEqual(['checks.whole.checks: expected at least one check, got undefined'])
    expect(create(5)[0]).toBe('checks.whole.checks: expected an object, got 5')
  })
})
