import { afterEach, describe, expect, test, vi } from 'vitest'
import { check, selfCheck } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { HealthSource } from '../core/health.ts'
import { down, type Outcome, up } from '../core/outcome.ts'
import type { Report } from '../core/report.ts'
import { Problems } from '../errors/problems.ts'
import { createHandler } from '../http/handle.ts'
import { type FakeClock, fakeClock } from '../testing/fake-clock.ts'
import type { Channel } from './channel.ts'
import { type CollectOptions, collectSettings, shareSettings } from './cluster-settings.ts'
import { CollectedSource } from './collected-source.ts'
import type { Attached } from './collector.ts'
import { SharedWorker } from './shared-worker.ts'

/** Two ends; what is posted arrives a turn later, as JSON would carry it. */
class Line {
  readonly sent = { up: 0, down: 0, bytes: 0 }
  cut = false
  /** Takes nothing more in this direction for now, as a pipe that nobody reads. */
  full: 'up' | 'down' | undefined
  readonly ends: readonly [Channel, Channel]
  readonly #listeners: (((message: unknown) => void) | undefined)[] = [undefined, undefined]

  constructor() {
    this.ends = [this.#end(0), this.#end(1)]
  }

  #end(index: 0 | 1): Channel {
    return {
      post: (message) => {
        if (this.full === (index === 0 ? 'up' : 'down')) return false
        if (this.cut) return true
        const text = JSON.stringify(message)
        this.sent[index === 0 ? 'up' : 'down']++
        this.sent.bytes += text.length + 1
        queueMicrotask(() => this.#listeners[1 - index]?.(JSON.parse(text)))
        return true
      },
      listen: (onMessage) => {
        this.#listeners[index] = onMessage
        return () => {
          this.#listeners[index] = undefined
        }
      },
    }
  }
}

class Worker {
  readonly line = new Line()
  outcome: Outcome | (() => never) = up('connected')
  readonly health
  readonly shared: SharedWorker
  readonly attached: Attached

  constructor(id: number, rig: Rig, begin?: Promise<void>) {
    this.attached = rig.collected.collector.attach('process', id, this.line.ends[1])
    this.health = createHealth({
      clock: rig.clock,
      service: { name: 'orders' },
      checks: {
        database: check(() => (typeof this.outcome === 'function' ? this.outcome() : this.outcome)),
        cache: check(() => up(), { critical: false }),
        memory: selfCheck(() => up(), { probes: ['liveness'] }),
      },
      groups: { payments: { members: ['database'], visibility: 'status' } },
    })
    if (begin !== undefined) this.health.startupTask('load', begin)
    this.shared = new SharedWorker(this.health, shareSettings(undefined, new Problems()), this.line.ends[0])
  }

  status(name: string, workers?: string): string | undefined {
    return this.shared.latest(name, workers)?.status
  }
}

class Rig {
  readonly clock: FakeClock = fakeClock()
  readonly collected: CollectedSource
  readonly heard: string[] = []

  constructor(options: CollectOptions = {}) {
    const onWorker: CollectOptions['onWorker'] = ({ id, standing }) => this.heard.push(`${id} ${standing}`)
    this.collected = new CollectedSource(
      collectSettings({ clock: this.clock, onWorker, ...options }),
      () => {},
    )
  }

  async start(count: number): Promise<Worker[]> {
    const workers = Array.from({ length: count }, (_, index) => new Worker(index + 1, this))
    await this.clock.advance(500)
    return workers
  }

  status(name: string, workers?: string): string | undefined {
    return this.collected.latest(name, workers)?.status
  }
}

afterEach(() => {
  vi.restoreAllMocks()
})

async function reportOf(source: HealthSource, name: string, workers?: string): Promise<Report> {
  return (await source.ask(name, workers)) as Report
}

describe('one of four is sick', () => {
  test('every worker and the primary say the same by each verdict', async () => {
    const rig = new Rig()
    const workers = await rig.start(4)
    const sick = workers[2] as Worker
    sick.outcome = down('connection refused')
    await rig.clock.advance(6000)
    for (const source of [...workers.map(({ shared }) => shared), rig.collected]) {
      expect((await reportOf(source, 'readiness', 'worst')).status).toBe('DOWN')
      expect((await reportOf(source, 'readiness', 'best')).status).toBe('DEGRADED')
      expect((await reportOf(source, 'readiness')).status).toBe('DEGRADED')
      expect((await reportOf(source, 'database', 'worst')).status).toBe('DOWN')
      expect((await reportOf(source, 'payments', 'worst')).status).toBe('DOWN')
      expect((await reportOf(source, 'cache', 'worst')).status).toBe('UP')
    }
    expect((await reportOf(sick.shared, 'readiness', 'this')).status).toBe('DOWN')
    expect((await reportOf((workers[0] as Worker).shared, 'readiness', 'this')).status).toBe('UP')
  })

  test('the report shows the check’s reason, whoever answers, and counts the workers', async () => {
    const rig = new Rig()
    const workers = await rig.start(4)
    ;(workers[2] as Worker).outcome = down('connection refused')
    await rig.clock.advance(6000)
    const { checks } = await reportOf((workers[0] as Worker).shared, 'readiness', 'worst')
    expect(checks.database).toMatchObject({ status: 'DOWN', error: 'connection refused' })
    expect(checks.database).toMatchObject({ data: { workers: 4, well: 3 }, critical: true })
    expect(checks.cache).toMatchObject({ status: 'UP', critical: false })
    expect(checks.workers).toMatchObject({ status: 'DOWN', error: '3 of 4 workers are ready' })
    expect(checks.workers?.data).toEqual({
      ...{ total: 4, up: 3, degraded: 0, down: 1, starting: 0, leaving: 0, silent: 0, missing: 0 },
    })
    const quorum = await reportOf((workers[2] as Worker).shared, 'readiness')
    expect(quorum.checks.workers).toMatchObject({ status: 'DEGRADED', message: '3 of 4 workers are ready' })
    expect(quorum.checks.database).toMatchObject({ status: 'DEGRADED', message: 'well in 3 of 4 workers' })
  })

  test('liveness is each worker’s own, and the best of all in the primary', async () => {
    const rig = new Rig()
    const [one, two] = (await rig.start(2)) as [Worker, Worker]
    one.health.check('memory').set(down('full'))
    await rig.clock.advance(200)
    expect(one.status('liveness')).toBe('DOWN')
    expect(two.status('liveness')).toBe('UP')
    expect(two.status('liveness', 'worst')).toBe('DOWN')
    expect(rig.status('liveness')).toBe('DEGRADED')
    expect(rig.collected.latest('liveness')).not.toHaveProperty('timestamp')
  })

  test('a worker that nobody probes finds out by itself, within refreshMs', async () => {
    const rig = new Rig()
    const workers = await rig.start(2)
    for (const worker of workers) worker.outcome = down('gone')
    await rig.clock.advance(5200)
    expect(rig.status('readiness')).toBe('DOWN')
  })
})

describe('silence', () => {
  test('a worker that stops reporting counts as DOWN after silentAfterMs, everywhere, until it is back', async () => {
    const rig = new Rig()
    const [one, two] = (await rig.start(2)) as [Worker, Worker]
    two.line.cut = true
    await rig.clock.advance(3900)
    expect(one.status('readiness', 'worst')).toBe('UP')
    await rig.clock.advance(1300)
    expect(one.status('readiness', 'worst')).toBe('DOWN')
    expect(rig.status('readiness', 'worst')).toBe('DOWN')
    expect(rig.status('readiness', 'best')).toBe('DEGRADED')
    expect(one.shared.latest('readiness', 'worst')?.checks.workers?.data).toMatchObject({ up: 1, silent: 1 })
    // What it cannot say of the database is no news of the database.
    expect(one.shared.latest('readiness', 'worst')?.checks.database?.status).toBe('UP')
    expect(one.status('database', 'worst')).toBe('UP')
    expect(rig.heard).toContain('2 silent')
    two.line.cut = false
    await rig.clock.advance(1200)
    expect(one.status('readiness', 'worst')).toBe('UP')
    expect(two.status('readiness', 'worst')).toBe('UP')
    expect(rig.heard.at(-1)).toBe('2 reporting')
  })

  test('what was dropped, since for a moment nobody read it, is told again', async () => {
    const rig = new Rig()
    const [one, two] = (await rig.start(2)) as [Worker, Worker]
    one.outcome = down('refused')
    await rig.clock.advance(4400)
    two.line.full = 'down'
    await rig.clock.advance(300)
    expect([rig.status('readiness', 'worst'), two.status('readiness', 'worst')]).toEqual(['DOWN', 'UP'])
    two.line.full = undefined
    await rig.clock.advance(1000)
    expect(two.status('readiness', 'worst')).toBe('DOWN')
    one.outcome = up()
    await rig.clock.advance(3700)
    one.line.full = 'up'
    await rig.clock.advance(300)
    expect([one.health.latest('readiness')?.status, rig.status('readiness', 'worst')]).toEqual(['UP', 'DOWN'])
    one.line.full = undefined
    await rig.clock.advance(1000)
    expect([rig.status('readiness', 'worst'), two.status('readiness', 'worst')]).toEqual(['UP', 'UP'])
  })

  test('nothing is sent to who is silent', async () => {
    const rig = new Rig()
    const [, two] = (await rig.start(2)) as [Worker, Worker]
    vi.spyOn(two.line.ends[0], 'post').mockImplementation(() => true)
    await rig.clock.advance(5200)
    const before = two.line.sent.down
    await rig.clock.advance(60_000)
    expect(two.line.sent.down).toBe(before)
  })

  test('without the primary a worker answers for itself, and says so', async () => {
    const rig = new Rig()
    const [one, two] = (await rig.start(2)) as [Worker, Worker]
    two.outcome = down('gone')
    await rig.clock.advance(6000)
    expect(one.status('readiness', 'worst')).toBe('DOWN')
    expect(one.shared.alone).toBe(false)
    one.line.cut = true
    await rig.clock.advance(5100)
    const report = await reportOf(one.shared, 'readiness', 'worst')
    expect(report.status).toBe('DEGRADED')
    expect(report.checks.workers?.message).toBe('this worker answers for itself alone: the primary is silent')
    expect(one.shared.alone).toBe(true)
    one.line.cut = false
    await rig.clock.advance(1100)
    expect(one.status('readiness', 'worst')).toBe('DOWN')
    expect(one.shared.alone).toBe(false)
  })

  test('a worker that leaves answers for all while its last requests end, though its channel is closed', async () => {
    const rig = new Rig()
    const [one] = (await rig.start(3)) as [Worker]
    one.health.drain('SIGTERM')
    await rig.clock.advance(100)
    one.line.cut = true
    await rig.clock.advance(3000)
    expect(one.status('readiness', 'worst')).toBe('UP')
    await rig.clock.advance(3000)
    expect(one.status('readiness', 'worst')).toBe('OUT_OF_SERVICE')
  })

  test('before the primary says a word, and outside a cluster, nothing is changed', async () => {
    const health = createHealth({ clock: fakeClock(), checks: {} })
    const shared = new SharedWorker(health, shareSettings(undefined, new Problems()), undefined)
    expect(shared.ask('readiness', 'worst')).toBe(health.ask('readiness'))
    expect(shared.alone).toBe(true)
    expect(shared.ask('workers')).toBeUndefined()
    expect(shared.ask('nothing')).toBeUndefined()
  })
})

describe('starting and leaving', () => {
  test('the service starts when all have started, once and for good', async () => {
    const rig = new Rig()
    let begin = (): void => {}
    const task = new Promise<void>((resolve) => {
      begin = resolve
    })
    const one = new Worker(1, rig)
    const two = new Worker(2, rig, task)
    await rig.clock.advance(500)
    expect(one.status('startup')).toBe('OUT_OF_SERVICE')
    expect(one.status('startup', 'this')).toBe('UP')
    expect(one.status('readiness')).toBe('OUT_OF_SERVICE')
    expect(one.shared.latest('readiness')?.application).toMatchObject({ message: 'starting: load' })
    expect(two.status('liveness')).toBe('UP')
    expect(rig.status('liveness')).toBe('UP')
    // One that has not said a word is not dead.
    new Worker(9, rig, task)
    for (const verdict of ['worst', 'best']) expect(rig.status('liveness', verdict)).toBe('UP')
    begin()
    await rig.clock.advance(500)
    for (const status of [one.status('startup'), two.status('readiness'), rig.status('startup')])
      expect(status).toBe('UP')
    const three = new Worker(3, rig, new Promise(() => {}))
    await rig.clock.advance(500)
    for (const worker of [one, two, three]) {
      expect(worker.status('startup')).toBe('UP')
      expect(worker.status('readiness', 'worst')).toBe('UP')
    }
    expect(three.status('readiness', 'this')).toBe('OUT_OF_SERVICE')
  })

  test('a new worker knows of the others with the answer to its first word', async () => {
    const rig = new Rig()
    const [one] = (await rig.start(2)) as [Worker]
    one.outcome = down('refused')
    await rig.clock.advance(6000)
    const three = new Worker(3, rig)
    await rig.clock.advance(5)
    expect(three.shared.alone).toBe(false)
    expect(three.status('readiness', 'worst')).toBe('DOWN')
  })

  test('restarted one by one the service stays ready by every verdict', async () => {
    const rig = new Rig()
    let workers = await rig.start(3)
    const seen = new Set<string | undefined>()
    const look = (): void => {
      for (const verdict of ['worst', 'quorum', 'best'])
        for (const source of [rig, ...workers]) seen.add(source.status('readiness', verdict))
    }
    for (let next = 4; next < 7; next++) {
      const [old, ...others] = workers as [Worker, ...Worker[]]
      old.health.drain('SIGTERM')
      for (let step = 0; step < 20; step++, look()) await rig.clock.advance(10)
      old.attached.gone()
      look()
      workers = [...others, new Worker(next, rig)]
      for (let step = 0; step < 20; step++, look()) await rig.clock.advance(50)
    }
    expect([...seen]).toEqual(['UP'])
    expect(rig.collected.workers).toEqual(
      [4, 5, 6].map((id) => ({ kind: 'process', id, standing: 'reporting' })),
    )
  })

  test('a worker that dies is missed until another takes its place', async () => {
    const rig = new Rig()
    const [one, two] = (await rig.start(2)) as [Worker, Worker]
    two.attached.gone()
    await rig.clock.advance(200)
    expect(one.status('readiness', 'worst')).toBe('DOWN')
    expect(one.shared.latest('readiness')?.checks.workers?.data).toMatchObject({ total: 2, missing: 1 })
    expect(rig.heard).toContain('2 missing')
    new Worker(3, rig)
    await rig.clock.advance(500)
    expect(one.status('readiness', 'worst')).toBe('UP')
    const three = new Worker(4, rig)
    await rig.clock.advance(500)
    three.attached.gone()
    new Worker(5, rig)
    expect(rig.status('readiness', 'worst')).toBe('UP')
  })

  test('one that dies again and again before it is ready counts after startWithinMs', async () => {
    const rig = new Rig({ startWithinMs: 10_000 })
    const [one] = (await rig.start(1)) as [Worker]
    let id = 2
    let dying = new Worker(id, rig, new Promise(() => {}))
    for (let second = 0; second < 9; second++) {
      await rig.clock.advance(1000)
      expect(one.status('readiness', 'worst')).toBe('UP')
      dying.attached.gone()
      dying = new Worker(++id, rig, new Promise(() => {}))
    }
    await rig.clock.advance(1500)
    expect(one.status('readiness', 'worst')).toBe('OUT_OF_SERVICE')
    expect(one.status('startup')).toBe('UP')
  })

  test('of a fixed number those that never come are missed after startWithinMs, and those that left too', async () => {
    const rig = new Rig({ workers: 3, startWithinMs: 10_000 })
    const [one] = (await rig.start(2)) as [Worker, Worker]
    expect(one.status('readiness')).toBe('DEGRADED')
    expect(one.status('startup')).toBe('OUT_OF_SERVICE')
    await rig.clock.advance(10_000)
    expect(one.status('readiness', 'worst')).toBe('DOWN')
    const three = new Worker(3, rig)
    await rig.clock.advance(500)
    expect(one.status('readiness', 'worst')).toBe('UP')
    await three.shared.dispose()
    await rig.clock.advance(200)
    three.attached.gone()
    await rig.clock.advance(5000)
    expect(one.status('readiness', 'worst')).toBe('UP')
    await rig.clock.advance(5200)
    expect(one.status('readiness', 'worst')).toBe('DOWN')
  })

  test('when the primary drains, every worker is out of service', async () => {
    const rig = new Rig()
    const workers = await rig.start(2)
    rig.collected.drain('SIGTERM')
    await rig.clock.advance(0)
    for (const source of [rig, ...workers]) {
      expect(source.status('readiness', 'best')).toBe('OUT_OF_SERVICE')
      expect(source.status('startup')).toBe('UP')
      expect(source.status('liveness')).toBe('UP')
    }
    expect((workers[0] as Worker).shared.latest('readiness')?.application.message).toBe('draining: SIGTERM')
  })

  test('when all drain the service does', async () => {
    const rig = new Rig()
    const workers = await rig.start(2)
    for (const worker of workers) worker.health.drain('SIGTERM')
    await rig.clock.advance(200)
    expect(rig.status('readiness', 'best')).toBe('OUT_OF_SERVICE')
    expect(rig.collected.latest('readiness')?.application.message).toBe('draining: SIGTERM')
  })
})

describe('answers', () => {
  test('a probe chooses the verdict, and never fails over one that is unknown', async () => {
    const rig = new Rig()
    const workers = await rig.start(3)
    ;(workers[0] as Worker).outcome = down('refused')
    await rig.clock.advance(6000)
    for (const source of [rig.collected, (workers[1] as Worker).shared]) {
      const handle = createHandler(source)
      const code = async (url: string) => (await handle({ method: 'GET', url, headers: {} }))?.status
      expect(await code('/health/ready?workers=worst')).toBe(503)
      expect(await code('/readyz?workers=best')).toBe(200)
      expect(await code('/health/ready')).toBe(200)
      expect(await code('/health/ready?workers=all%20of%20them')).toBe(200)
      expect(await code('/health/live')).toBe(200)
      expect(await code('/health/workers?workers=worst')).toBe(503)
      expect(await code('/health/workers')).toBe(200)
      expect(await code('/health/payments?workers=worst')).toBe(503)
      expect(await code('/health/database?workers=worst')).toBe(503)
      expect(await code('/health/unknown')).toBeUndefined()
      // As of the plain handler: probes have paths of their own, which are not their names.
      for (const probe of ['liveness', 'readiness']) {
        expect(source.hasCheck(probe)).toBe(false)
        expect(await code(`/health/${probe}`)).toBeUndefined()
      }
      expect(source.hasCheck('payments')).toBe(false)
      expect(source.groups).toBe(source.groups)
    }
  })

  test('a body of the primary shows the workers’ checks, and no more than their groups show', async () => {
    const rig = new Rig()
    await rig.start(2)
    const handle = createHandler(rig.collected)
    const body = async (url: string) => JSON.parse((await handle({ url, headers: {} }))?.body ?? '')
    const readiness = await body('/health/ready')
    expect(readiness).toMatchObject({ status: 'UP', service: 'orders' })
    expect(Object.keys(readiness.details)).toEqual(['application', 'database', 'cache', 'workers'])
    expect(readiness.details.database).toEqual({ status: 'UP', message: 'connected' })
    expect(await body('/health/payments')).toEqual({ status: 'UP' })
    expect(await body('/health/database')).toEqual({ status: 'UP' })
  })

  test('groups of workers that come late are served, and checks of theirs that go are no more', async () => {
    const rig = new Rig()
    const handle = createHandler(rig.collected)
    const code = async (url: string) => (await handle({ url, headers: {} }))?.status
    expect(await code('/health/payments')).toBeUndefined()
    const [worker] = await rig.start(1)
    expect(await code('/health/payments')).toBe(200)
    const { groups } = rig.collected
    ;(worker as Worker).outcome = down('refused')
    await rig.clock.advance(6000)
    expect(rig.status('payments')).toBe('DOWN')
    expect(rig.collected.groups).toBe(groups)
    worker?.health.add(
      'late',
      check(() => up()),
    )
    await rig.clock.advance(6000)
    expect(rig.collected.groups).not.toBe(groups)
    expect(await code('/health/late')).toBe(200)
  })

  test('the same report is returned until something changes, so that a body is rendered once', async () => {
    const rig = new Rig()
    const [one, two] = (await rig.start(2)) as [Worker, Worker]
    const own = await reportOf(one.shared, 'readiness')
    expect(one.shared.ask('readiness')).toBe(own)
    expect(one.shared.ask('readiness', 'worst')).not.toBe(own)
    expect(one.shared.ask('workers')).toBe(one.shared.ask('workers'))
    expect(rig.collected.ask('readiness')).toBe(rig.collected.ask('readiness'))
    two.health.check('database').set(down('gone'))
    await rig.clock.advance(200)
    expect(rig.status('readiness', 'worst')).toBe('DOWN')
  })

  test('snapshots are of all workers', async () => {
    const rig = new Rig()
    const [one, two] = (await rig.start(2)) as [Worker, Worker]
    two.health.check('database').set(down('gone'))
    await rig.clock.advance(200)
    for (const source of [rig.collected, one.shared]) {
      const { groups, checks } = source.snapshot()
      expect(groups).toMatchObject({ readiness: 'DOWN', liveness: 'UP', payments: 'DOWN' })
      expect(checks.database?.status).toBe('DOWN')
      expect(checks.workers?.data).toMatchObject({ total: 2, up: 1, down: 1 })
    }
  })

  test('the primary tells transitions of the verdict once', async () => {
    const info = vi.fn()
    const error = vi.fn()
    const rig = new Rig({ logger: { info, warn: vi.fn(), error } })
    const heard: string[] = []
    rig.collected.on('transition', ({ from, to, ...what }) =>
      heard.push(`${'probe' in what ? what.probe : ''} ${from} ${to}`),
    )
    const [one, two] = (await rig.start(2)) as [Worker, Worker]
    for (const worker of [one, two]) worker.outcome = down('refused')
    await rig.clock.advance(6000)
    await rig.clock.advance(6000)
    expect(heard.filter((text) => text.startsWith('readiness'))).toEqual([
      'readiness UNKNOWN UP',
      'readiness UP DOWN',
    ])
    expect(error).toHaveBeenCalledWith('readiness UP → DOWN', expect.anything())
    expect(info).toHaveBeenCalledWith('worker process 1 is reporting', expect.anything())
  })
})

describe('restraint', () => {
  test('a listener that throws or rejects hurts nobody', async () => {
    const error = vi.fn()
    const onWorker = vi.fn((): never => {
      throw new Error('mine')
    })
    const rig = new Rig({ onWorker, logger: { info: vi.fn(), warn: vi.fn(), error } })
    const [one] = (await rig.start(2)) as [Worker, Worker]
    expect(onWorker).toHaveBeenCalled()
    expect(error).toHaveBeenCalledWith('onWorker failed', { err: expect.any(Error) })
    expect(one.status('readiness')).toBe('UP')
  })

  test('an idle cluster of eight sends a beat a second each way, and no states', async () => {
    const rig = new Rig()
    const workers = await rig.start(8)
    // The first seconds are full of news.
    await rig.clock.advance(2000)
    const sum = (of: (line: Line) => number): number => workers.reduce((all, { line }) => all + of(line), 0)
    const before = [sum(({ sent }) => sent.up), sum(({ sent }) => sent.down), sum(({ sent }) => sent.bytes)]
    await rig.clock.advance(60_000)
    const [up, down, bytes] = [
      sum(({ sent }) => sent.up),
      sum(({ sent }) => sent.down),
      sum(({ sent }) => sent.bytes),
    ]
    expect(up - (before[0] as number)).toBe(480)
    expect(down - (before[1] as number)).toBe(480)
    expect((bytes - (before[2] as number)) / 60).toBeLessThan(1000)
  })

  test('a check that changes all the time is told ten times a second at most', async () => {
    const rig = new Rig()
    const [one] = (await rig.start(2)) as [Worker, Worker]
    const before = one.line.sent.up
    for (let turn = 0; turn < 1000; turn++) {
      one.health.check('database').set(turn % 2 === 0 ? down('flaps') : up())
      await rig.clock.advance(1)
    }
    expect(one.line.sent.up - before).toBeLessThan(13)
  })

  test('who shares again after disposing is back; who left for good is not', async () => {
    const rig = new Rig()
    const [one, two] = (await rig.start(2)) as [Worker, Worker]
    const standings = () => rig.collected.workers.map(({ standing }) => standing)
    const shareAgain = ({ health, line }: Worker) =>
      new SharedWorker(health, shareSettings(undefined, new Problems()), line.ends[0])
    await one.shared.dispose()
    two.attached.leaves()
    await rig.clock.advance(500)
    expect(standings()).toEqual(['leaving', 'leaving'])
    await two.shared.dispose()
    shareAgain(one)
    shareAgain(two)
    await rig.clock.advance(500)
    expect(standings()).toEqual(['reporting', 'leaving'])
  })

  test('disposing ends every timer, and the others know that it is no failure', async () => {
    const rig = new Rig()
    const [one, two] = (await rig.start(2)) as [Worker, Worker]
    await two.shared.dispose()
    await two.health.dispose()
    await rig.clock.advance(10_000)
    expect(one.status('readiness', 'worst')).toBe('UP')
    expect(two.shared.alone).toBe(true)
    await one.shared.dispose()
    await one.health.dispose()
    await rig.collected.dispose()
    expect(rig.clock.pending).toBe(0)
  })
})
