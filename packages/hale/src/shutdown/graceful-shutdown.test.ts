import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { createHealth } from '../core/create-health.ts'
import type { Health } from '../core/health.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { gracefulShutdown } from './graceful-shutdown.ts'
import type { ShutdownOptions, ShutdownResult } from './shutdown-options.ts'

const never = () => new Promise<never>(() => {})

/** A shutdown whose time the test decides. */
function setUp(options: ShutdownOptions = {}) {
  const clock = fakeClock()
  const lines: { message: string; details: Record<string, unknown> }[] = []
  const log = (message: string, details: object = {}): void => {
    lines.push({ message, details: details as Record<string, unknown> })
  }
  const health = createHealth({ clock, checks: {}, logger: { info: log, warn: log, error: log } })
  const shutdown = gracefulShutdown(health, { signals: [], exit: false, ...options })
  let result: ShutdownResult | undefined
  void shutdown.done.then((settled) => {
    result = settled
  })
  return { clock, health, shutdown, lines, result: () => result }
}

async function statusOf(health: Health): Promise<string> {
  return (await health.readiness()).status
}

describe('phases', () => {
  test('draining begins at once and lasts for the delay, then it goes on to the end', async () => {
    const { clock, health, shutdown, result } = setUp()
    expect([shutdown.phase, health.draining]).toEqual(['running', false])
    void shutdown.shutdown('SIGTERM')
    expect([shutdown.phase, health.draining]).toEqual(['draining', true])
    expect(await statusOf(health)).toBe('OUT_OF_SERVICE')
    expect((await health.liveness()).status).toBe('UP')
    await clock.advance(4999)
    expect(shutdown.phase).toBe('draining')
    await clock.advance(1)
    expect(shutdown.phase).toBe('done')
    expect(result()).toEqual({
      reason: 'SIGTERM',
      code: 0,
      open: [],
      failedHooks: [],
      durations: { drainingMs: 5000, stoppingMs: 0, closingMs: 0, totalMs: 5000 },
    })
    expect(health.snapshot().application.message).toBe('stopped')
    expect(clock.pending).toBe(0)
  })

  test('asked twice it happens once', async () => {
    let runs = 0
    const { clock, shutdown } = setUp({ hooks: [() => void runs++] })
    const first = shutdown.shutdown('one')
    const second = shutdown.shutdown('two')
    await clock.advance(5000)
    expect(await first).toBe(await second)
    expect((await first).reason).toBe('one')
    expect(runs).toBe(1)
    expect(await shutdown.shutdown('three')).toBe(await first)
  })

  test('a startup task that is pending holds nothing up', async () => {
    const { clock, health, shutdown, result } = setUp()
    health.startupTask('load models', never())
    void shutdown.shutdown()
    expect(await statusOf(health)).toBe('OUT_OF_SERVICE')
    await clock.advance(5000)
    expect(result()?.code).toBe(0)
  })

  test('the drain delay is left out while no server listens', async () => {
    const { clock, shutdown, result } = setUp({ servers: [createServer()] })
    void shutdown.shutdown()
    await clock.advance(0)
    await clock.advance(0)
    expect(result()?.durations.totalMs).toBe(0)
  })
})

describe('hooks', () => {
  test('run in order, each in its moment, and are told why', async () => {
    const order: string[] = []
    const note = (name: string) => (context: { reason: string }) =>
      void order.push(`${name} ${context.reason}`)
    const { clock, shutdown } = setUp({
      drainDelayMs: 100,
      hooks: [
        { name: 'close', run: note('close') },
        { name: 'stop', run: note('stop'), when: 'stop' },
        { name: 'deregister', run: note('drain'), when: 'drain' },
        note('last'),
      ],
    })
    void shutdown.shutdown('SIGTERM')
    await clock.advance(50)
    expect(order).toEqual(['drain SIGTERM'])
    await clock.advance(50)
    expect(order).toEqual(['drain SIGTERM', 'stop SIGTERM', 'close SIGTERM', 'last SIGTERM'])
  })

  test('one that throws, rejects or hangs is logged and does not stop the others', async () => {
    const thrown = new Error('password=hunter2')
    const signals: AbortSignal[] = []
    let last = false
    const { clock, shutdown, lines, result } = setUp({
      drainDelayMs: 0,
      hooks: [
        {
          name: 'throws',
          run: () => {
            throw thrown
          },
        },
        { name: 'rejects', run: () => Promise.reject(undefined) },
        {
          name: 'hangs',
          timeoutMs: 300,
          run: ({ signal }) => {
            signals.push(signal)
            return never()
          },
        },
        () => {
          last = true
        },
      ],
    })
    void shutdown.shutdown()
    await clock.advance(299)
    expect([last, signals[0]?.aborted]).toEqual([false, false])
    await clock.advance(1)
    expect([last, signals[0]?.aborted]).toEqual([true, true])
    expect(result()).toMatchObject({
      code: 0,
      failedHooks: [
        { name: 'throws', outcome: 'failed' },
        { name: 'rejects', outcome: 'failed' },
        { name: 'hangs', outcome: 'timed out' },
      ],
    })
    // The error is for the log alone, in its details.
    expect(lines.find(({ details }) => details.err === thrown)?.message).toBe('shutdown hook throws: failed')
    expect(JSON.stringify(result())).not.toContain('hunter2')
  })

  test('one at the drain lengthens the delay, up to its own timeout', async () => {
    const { clock, shutdown } = setUp({
      drainDelayMs: 100,
      hooks: [{ name: 'deregister', run: never, when: 'drain', timeoutMs: 700 }],
    })
    void shutdown.shutdown()
    await clock.advance(699)
    expect(shutdown.phase).toBe('draining')
    await clock.advance(1)
    expect(shutdown.phase).toBe('done')
  })

  test('what hangs beyond the deadline is named, and what has not begun is left', async () => {
    const begun: string[] = []
    const { clock, shutdown, result } = setUp({
      drainDelayMs: 0,
      timeoutMs: 1000,
      hooks: [
        { name: 'hangs', run: never },
        { name: 'after', run: () => void begun.push('after') },
      ],
    })
    void shutdown.shutdown()
    await clock.advance(999)
    expect(result()).toBeUndefined()
    await clock.advance(1)
    expect(result()).toMatchObject({ code: 1, open: [{ kind: 'hook', name: 'hangs', openMs: 1000 }] })
    expect(begun).toEqual([])
  })

  test('requests that use up all of the time leave a last moment to the hooks', async () => {
    const { clock, shutdown, result } = setUp({
      servers: [{ close: never }],
      drainDelayMs: 0,
      timeoutMs: 20_000,
      hooks: [
        {
          name: 'flush',
          run: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject)),
        },
      ],
    })
    void shutdown.shutdown()
    await clock.advance(18_999)
    expect(shutdown.phase).toBe('stopping')
    await clock.advance(1)
    expect(shutdown.phase).toBe('closing')
    await clock.advance(1000)
    expect(result()).toMatchObject({ code: 1, open: [{ kind: 'server' }, { kind: 'hook', name: 'flush' }] })
  })
})

describe('the exit', () => {
  test.each([
    ['returns', () => {}],
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('is left to a function, which %s', async (_, body) => {
    const codes: number[] = []
    const exit = (code: number): unknown => {
      codes.push(code)
      return body()
    }
    const { clock, shutdown } = setUp({ exit })
    const result = shutdown.shutdown()
    await clock.advance(5000)
    expect((await result).code).toBe(0)
    expect(codes).toEqual([0])
  })

  test('a logger that throws changes nothing', async () => {
    const clock = fakeClock()
    const broken = () => {
      throw new Error('no')
    }
    const health = createHealth({ clock, checks: {}, logger: { info: broken, warn: broken, error: broken } })
    const shutdown = gracefulShutdown(health, { signals: [], exit: false, hooks: [broken] })
    const result = shutdown.shutdown()
    await clock.advance(5000)
    expect((await result).failedHooks).toHaveLength(1)
  })
})

describe('signals', () => {
  test('one that comes after the application has begun asks for no haste; another one does', async () => {
    const { clock, shutdown } = setUp({ signals: ['SIGUSR2'] })
    const result = shutdown.shutdown('uncaught exception')
    process.emit('SIGUSR2', 'SIGUSR2')
    await clock.advance(200)
    expect(shutdown.phase).toBe('draining')
    process.emit('SIGUSR2', 'SIGUSR2')
    expect(await result).toMatchObject({ reason: 'uncaught exception', code: 140 })
    expect(process.listenerCount('SIGUSR2')).toBe(0)
  })
})

test('a signal that the application emits by itself, without its name, begins it too', async () => {
  const { clock, shutdown } = setUp({ signals: ['SIGUSR2'] })
  process.emit('SIGUSR2')
  expect(shutdown.phase).toBe('draining')
  await clock.advance(200)
  process.emit('SIGUSR2')
  expect(await shutdown.done).toMatchObject({ reason: 'SIGUSR2', code: 140 })
})

describe('disposing', () => {
  const listeners = () =>
    ['SIGTERM', 'SIGINT', 'message', 'disconnect'].map((name) => process.listenerCount(name))

  test('installs what was asked for and takes it away; nothing is shut down', async () => {
    const before = listeners()
    const health = createHealth({ checks: {} })
    const shutdown = gracefulShutdown(health, { exit: false })
    expect(listeners().slice(0, 2)).toEqual(before.slice(0, 2).map((count) => count + 1))
    await shutdown.dispose()
    await shutdown.dispose()
    expect(listeners()).toEqual(before)
    expect(health.draining).toBe(false)
    await expect(shutdown.shutdown()).rejects.toThrow(/after dispose/)
    setUp()
    expect(listeners()).toEqual(before)
  })

  test('waits for a shutdown that has begun', async () => {
    const { clock, shutdown, result } = setUp()
    void shutdown.shutdown()
    let disposed = false
    void shutdown.dispose().then(() => {
      disposed = true
    })
    await clock.advance(4999)
    expect(disposed).toBe(false)
    await clock.advance(1)
    expect([disposed, result()?.code]).toEqual([true, 0])
  })
})

test('its types fit the servers that there are', async () => {
  expectTypeOf<Server>().toExtend<NonNullable<ShutdownOptions['servers']>[number]>()
  const server = createServer().listen(0, '127.0.0.1')
  expectTypeOf(server.address()).toExtend<AddressInfo | string | null>()
  server.close()
})
