import { describe, expect, it } from 'vitest'
import { type CheckFunction, check, heartbeat, selfCheck } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { Checks, Health, HealthOptions } from '../core/health.ts'
import { degraded, down, up } from '../core/outcome.ts'
import { type FakeClock, fakeClock } from '../testing/fake-clock.ts'
import {
  NOT_SERVING,
  SERVICE_UNKNOWN,
  SERVING,
  type ServingStatus,
  type WatchedHealth,
} from './serving-status.ts'
import type { WatchCall } from './watch-stream.ts'
import { Watches } from './watches.ts'

/** A call whose client reads at once, or not at all. */
class FakeCall implements WatchCall {
  readonly request = { service: '' }
  cancelled = false
  ended = false
  readonly received: ServingStatus[] = []
  reads = true
  readonly #unread: (() => void)[] = []
  readonly #listeners: (() => void)[] = []

  write(message: ServingStatus, written: () => void): void {
    if (this.ended) throw new Error('written after the end')
    this.received.push(message)
    if (this.reads) written()
    else this.#unread.push(written)
  }

  read(): void {
    this.reads = true
    for (const written of this.#unread.splice(0)) written()
  }

  get unread(): number {
    return this.#unread.length
  }

  end(): void {
    this.ended = true
    queueMicrotask(() => this.cancel())
  }

  on(_event: 'cancelled', listener: () => void): void {
    this.#listeners.push(listener)
  }

  emit(): void {}

  cancel(): void {
    this.cancelled = true
    for (const listener of this.#listeners) listener()
  }
}

interface Watching {
  readonly clock: FakeClock
  readonly health: Health
  readonly watches: Watches
  open(subject?: string): FakeCall
}

function watching(options: object): Watching {
  const clock = fakeClock()
  // The names of checks and groups are no types here.
  const given = { ...options, clock } as unknown as HealthOptions<Checks, object>
  const health = createHealth(given) as unknown as Health
  const watches = new Watches(health, 5000)
  const open = (subject = 'readiness'): FakeCall => {
    const call = new FakeCall()
    watches.open(subject, call)
    return call
  }
  return { clock, health, watches, open }
}

/** A check whose answer the test decides. */
function told(first: CheckFunction = () => {}): { run: CheckFunction; runs: number; answer: CheckFunction } {
  const subject = {
    runs: 0,
    answer: first,
    run: ((context) => {
      subject.runs++
      return subject.answer(context)
    }) as CheckFunction,
  }
  return subject
}

describe('a watch', () => {
  it('says the current status first, then only what is another one', async () => {
    const database = told()
    const { clock, open } = watching({ checks: { database: check(database.run) } })
    const call = open()
    await clock.advance(0)
    expect(call.received).toEqual([SERVING])
    await clock.advance(20_000)
    expect(call.received).toEqual([SERVING])
    database.answer = () => down('gone')
    await clock.advance(5000)
    expect(call.received).toEqual([SERVING, NOT_SERVING])
    database.answer = () => degraded('slow')
    await clock.advance(5000)
    database.answer = () => up()
    await clock.advance(20_000)
    expect(call.received).toEqual([SERVING, NOT_SERVING, SERVING])
  })

  it('hears of a transition at once', async () => {
    const { clock, health, open } = watching({
      checks: { database: check(() => {}), consumer: heartbeat({ ttlMs: 60_000 }) },
      groups: { work: { members: ['consumer'] } },
    })
    health.check('consumer').beat()
    const calls = ['readiness', 'work', 'consumer', 'database', 'liveness'].map(open)
    await clock.advance(0)
    health.check('consumer').set(down('stuck'))
    await clock.advance(0)
    expect(calls.map(({ received }) => received)).toEqual([
      [SERVING, NOT_SERVING],
      [SERVING, NOT_SERVING],
      [SERVING, NOT_SERVING],
      [SERVING],
      [SERVING],
    ])
    health.outOfService('maintenance')
    health.check('consumer').beat()
    await clock.advance(0)
    health.inService()
    await clock.advance(0)
    expect(calls[0]?.received).toEqual([SERVING, NOT_SERVING, SERVING])
    expect(calls[1]?.received).toEqual([SERVING, NOT_SERVING, SERVING])
  })

  it('says nothing before the checks have answered, and then not what only some of them did', async () => {
    const { clock, open } = watching({
      checks: { fast: check(() => {}), slow: check(() => later(clock, 300)) },
    })
    const call = open()
    await clock.advance(200)
    expect(call.received).toEqual([])
    await clock.advance(100)
    expect(call.received).toEqual([SERVING])
  })

  it('does not begin with what was known before the answer that is on its way', async () => {
    const database = told()
    const { clock, health, open } = watching({
      checks: { database: check(database.run), job: heartbeat({ ttlMs: 1e6, critical: false }) },
    })
    health.check('job').beat()
    const before = health.readiness()
    await clock.advance(60_000)
    expect((await before).status).toBe('UP')
    database.answer = () => later(clock, 100).then(() => down('gone'))
    const call = open()
    health.check('job').set(down('stuck'))
    await clock.advance(100)
    expect(call.received).toEqual([NOT_SERVING])
  })

  it('is told within the budget when a check hangs, and of its recovery when it comes', async () => {
    let finish = (): void => {}
    const hanging = told(() => new Promise<void>((resolve) => (finish = resolve)))
    const { clock, open } = watching({ checks: { database: check(hanging.run, { timeoutMs: 3000 }) } })
    const call = open()
    await clock.advance(799)
    expect(call.received).toEqual([])
    await clock.advance(1)
    expect(call.received).toEqual([NOT_SERVING])
    finish()
    await clock.advance(0)
    expect(call.received).toEqual([NOT_SERVING, SERVING])
  })

  it('hears of a late answer at once also when it is what the check said before', async () => {
    let finish = (): void => {}
    const database = told()
    const { clock, open } = watching({ checks: { database: check(database.run, { timeoutMs: 3000 }) } })
    const call = open()
    await clock.advance(0)
    database.answer = () => new Promise<void>((resolve) => (finish = resolve))
    await clock.advance(5800)
    expect(call.received).toEqual([SERVING, NOT_SERVING])
    finish()
    await clock.advance(0)
    expect(call.received).toEqual([SERVING, NOT_SERVING, SERVING])
  })

  it('of nobody is SERVICE_UNKNOWN until a check has the name, and again when it has gone', async () => {
    const { clock, health, open } = watching({ checks: {} })
    const call = open('cache')
    const tooLong = open('x'.repeat(100))
    await clock.advance(6000)
    expect(call.received).toEqual([SERVICE_UNKNOWN])
    const handle = health.add(
      'cache',
      check(() => {}),
    )
    await clock.advance(0)
    expect(call.received).toEqual([SERVICE_UNKNOWN, SERVING])
    handle[Symbol.dispose]()
    await clock.advance(0)
    expect(call.received).toEqual([SERVICE_UNKNOWN, SERVING, SERVICE_UNKNOWN])
    expect(tooLong.received).toEqual([SERVICE_UNKNOWN])
  })

  it('does not take a check that was only just added for one that failed', async () => {
    const { clock, health, open } = watching({ checks: { database: check(() => {}) } })
    const call = open()
    await clock.advance(0)
    health.add(
      'cache',
      check(() => later(clock, 100)),
    )
    await clock.advance(100)
    expect(call.received).toEqual([SERVING])
    health.add(
      'queue',
      check(() => down('gone')),
    )
    await clock.advance(0)
    expect(call.received).toEqual([SERVING, NOT_SERVING])
  })

  it('turns by age alone when background results stop coming', async () => {
    let hangs = false
    const { clock, health, open } = watching({
      checks: {
        database: check(() => (hangs ? new Promise(() => {}) : undefined), {
          intervalMs: 1000,
          timeoutMs: 60_000,
        }),
      },
    })
    await clock.advance(0)
    const call = open()
    hangs = true
    await clock.advance(60_000)
    expect(call.received).toEqual([SERVING])
    await clock.advance(10_000)
    expect(call.received).toEqual([SERVING, NOT_SERVING])
    await health.dispose()
  })
})

describe('many watches', () => {
  it('share one refresh, and stop it with the last of them', async () => {
    const database = told()
    const { clock, watches, open } = watching({ checks: { database: check(database.run) } })
    const calls = Array.from({ length: 1000 }, () => open())
    await clock.advance(0)
    expect(database.runs).toBe(1)
    await clock.advance(50_000)
    expect(database.runs).toBe(11)
    expect(clock.pending).toBe(1)
    const late = open()
    expect(late.received).toEqual([SERVING])
    for (const call of [...calls, late]) call.cancel()
    expect(watches.count).toBe(0)
    expect(clock.pending).toBe(0)
    await clock.advance(60_000)
    expect(database.runs).toBe(11)
  })

  it('that were cancelled while their first answer was on its way leave nothing behind', async () => {
    const { clock, watches, open } = watching({ checks: { database: check(() => later(clock, 100)) } })
    const call = open()
    call.cancel()
    call.cancel()
    const dead = new FakeCall()
    dead.cancelled = true
    watches.open('readiness', dead)
    await clock.advance(1000)
    expect(call.received).toEqual([])
    expect(watches.count).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('go on when one of them does not read, which gets no more than the last status when it does', async () => {
    const { clock, health, open } = watching({ checks: { job: heartbeat({ ttlMs: 1e6 }) } })
    health.check('job').beat()
    const stuck = open()
    const well = open()
    stuck.reads = false
    for (let turn = 0; turn < 50; turn++) {
      health.check('job').set(turn % 2 === 0 ? down('down') : up())
      await clock.advance(0)
    }
    expect(well.received).toHaveLength(51)
    expect(stuck.unread).toBe(1)
    expect(stuck.received).toEqual([SERVING, NOT_SERVING])
    stuck.read()
    expect(stuck.received).toEqual([SERVING, NOT_SERVING, SERVING])
  })
})

describe('on the way out', () => {
  const checks = { database: check(() => {}), loop: selfCheck(() => {}) }

  it('all hear NOT_SERVING and end, but liveness and startup, which end as they were', async () => {
    const { clock, health, watches, open } = watching({ checks, groups: { work: { members: ['database'] } } })
    const names = ['readiness', 'work', 'database', 'loop', 'liveness', 'startup', 'nobody']
    const calls = names.map(open)
    await clock.advance(0)
    health.drain()
    await clock.advance(0)
    expect(Object.fromEntries(calls.map(({ received }, index) => [names[index], received]))).toEqual({
      readiness: [SERVING, NOT_SERVING],
      work: [SERVING, NOT_SERVING],
      database: [SERVING, NOT_SERVING],
      loop: [SERVING, NOT_SERVING],
      liveness: [SERVING],
      startup: [SERVING],
      nobody: [SERVICE_UNKNOWN],
    })
    expect(calls.every(({ ended }) => ended)).toBe(true)
    expect(watches.count).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('who asks again hears it again and is kept until the server shuts down', async () => {
    const database = told()
    const { clock, health, watches, open } = watching({ checks: { database: check(database.run) } })
    open()
    await clock.advance(0)
    health.drain()
    const again = open()
    const alive = open('liveness')
    expect(again.received).toEqual([NOT_SERVING])
    await clock.advance(30_000)
    expect(again.ended).toBe(false)
    expect(database.runs).toBe(1)
    watches.close()
    expect(again.received).toEqual([NOT_SERVING])
    expect(alive.received).toEqual([SERVING])
    expect([again.ended, alive.ended]).toEqual([true, true])
    const tooLate = open('database')
    expect(tooLate.received).toEqual([NOT_SERVING])
    expect(tooLate.ended).toBe(true)
  })

  it('a first answer that comes later is not sent after the end', async () => {
    const { clock, health, open } = watching({ checks: { database: check(() => later(clock, 100)) } })
    const call = open()
    health.drain()
    await clock.advance(1000)
    expect(call.received).toEqual([NOT_SERVING])
    expect(call.ended).toBe(true)
  })

  it('who does not read gets the last status in line', async () => {
    const { clock, health, open } = watching({ checks })
    const call = open()
    call.reads = false
    await clock.advance(0)
    health.drain()
    expect(call.received).toEqual([SERVING, NOT_SERVING])
    expect(call.ended).toBe(true)
  })

  it('a registry that is disposed without a drain is on its way out too', async () => {
    const { clock, health, open } = watching({ checks })
    const call = open()
    await clock.advance(0)
    await health.dispose()
    expect(call.received).toEqual([SERVING, NOT_SERVING])
    expect(call.ended).toBe(true)
  })
})

describe('a registry that fails', () => {
  it('is NOT_SERVING, said in the log, and asked again', async () => {
    const lines: string[] = []
    const logger = { info() {}, warn() {}, error: (message: string) => void lines.push(message) }
    const { clock, health } = watching({ checks: {}, logger })
    let mode: 'throws' | 'rejects' | 'works' = 'throws'
    const broken: WatchedHealth = {
      service: {},
      clock,
      logger,
      groups: [],
      transitions: [],
      hasCheck: () => true,
      visibilityOf: () => undefined,
      snapshot: () => health.snapshot(),
      latest: () => {
        throw new Error('password')
      },
      ask: () => {
        if (mode === 'throws') throw new Error('password')
        return mode === 'rejects' ? Promise.reject(new Error('password')) : health.ask('readiness')
      },
    }
    const own = new Watches(broken, 5000)
    const call = new FakeCall()
    own.open('readiness', call)
    expect(call.received).toEqual([NOT_SERVING])
    mode = 'rejects'
    await clock.advance(5000)
    mode = 'works'
    await clock.advance(5000)
    expect(call.received).toEqual([NOT_SERVING, SERVING])
    expect(lines).toEqual(['the registry could not be asked', 'the registry could not be asked'])
    own.close()
  })
})

function later(clock: FakeClock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve))
}
