import { type ChildProcess, spawn } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type WorkerLike, type WorkersCheckOptions, workers } from './workers.ts'

const idle = 'setInterval(() => {}, 1000)'
const started: { end(): unknown }[] = []

function thread(): Worker {
  const worker = new Worker(idle, { eval: true })
  started.push({ end: () => worker.terminate() })
  return worker
}

function child(): ChildProcess {
  const process_ = spawn(process.execPath, ['-e', idle], { stdio: 'ignore' })
  started.push({ end: () => process_.kill('SIGKILL') })
  return process_
}

afterEach(async () => {
  for (const { end } of started.splice(0)) await end()
})

const run = (list: Parameters<typeof workers>[0], options: WorkersCheckOptions = {}) =>
  createHealth({ checks: { pool: workers(list, options) } })
    .check('pool')
    .run()

describe('keeps the contract of checks', () => {
  let pool: (ChildProcess | undefined)[] = []
  const kill = async (index: number) => {
    const victim = pool[index]
    if (victim === undefined) throw new Error('no such worker')
    // A measurement that was too slow is repeated with the workers that it left.
    if (victim.signalCode !== null) return
    const exited = once(victim, 'exit')
    victim.kill('SIGKILL')
    await exited
  }
  const cases = checkContract({
    create: () => {
      pool = pool.length === 0 ? [child(), child()] : pool
      return workers(() => pool)
    },
    works: nothingToConnect,
    secrets: [process.execPath],
    heal: () => {
      pool = [child(), child()]
    },
    faults: {
      'one killed': { inject: () => kill(0), expect: { status: 'DEGRADED', text: '1 of 2 workers alive' } },
      'both killed': {
        inject: async () => {
          await kill(0)
          await kill(1)
        },
        expect: { text: '0 of 2 workers alive' },
      },
    },
  })
  // Made here, since the case that watches for I/O would see a process being started.
  pool = [child(), child()]
  started.splice(0)
  const all = [...pool]
  afterEach(() => {
    all.push(...pool.filter((worker) => !all.includes(worker)))
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  test('ends them', () => {
    for (const worker of all) worker?.kill('SIGKILL')
  })
})

describe('workers', () => {
  test('threads, child processes and workers of a cluster, alive and dead', async () => {
    cluster.setupPrimary({ exec: '/dev/null', silent: true })
    const forked = cluster.fork()
    started.push({ end: () => forked.process.kill('SIGKILL') })
    const some: WorkerLike[] = [thread(), child(), forked]
    const health = createHealth({ checks: { pool: workers(() => some) } })
    expect((await health.check('pool').run()).message).toBe('3 of 3 workers alive')
    const forkedExit = once(forked, 'exit')
    forked.process.kill('SIGKILL')
    await forkedExit
    expect((await health.check('pool').run()).message).toBe('2 of 3 workers alive')
    expect((await health.check('pool').run()).data).toEqual({ alive: 2, expected: 3 })
    await (some[0] as Worker).terminate()
    expect((await health.check('pool').run()).message).toBe('1 of 3 workers alive')
    const exited = once(some[1] as ChildProcess, 'exit')
    ;(some[1] as ChildProcess).kill('SIGTERM')
    await exited
    const { status, error } = await health.check('pool').run()
    expect([status, error]).toEqual(['DOWN', '0 of 3 workers alive'])
  })

  test('what exited in good order, and what could not be started, are not alive', async () => {
    const ended = spawn(process.execPath, ['-e', ''])
    const never = spawn('/not/a/program/4711')
    never.on('error', () => {})
    await once(ended, 'exit')
    const report = await run([ended, never, thread()])
    expect([report.status, report.message]).toEqual(['DEGRADED', '1 of 3 workers alive'])
    expect(JSON.stringify(report)).not.toContain('4711')
  })

  test.for<[string, WorkersCheckOptions, string, string]>([
    ['none, when nothing is said', {}, 'DOWN', '0 of 1 workers alive'],
    ['none, when none is expected', { expected: 0 }, 'UP', '0 of 0 workers alive'],
    ['fewer than expected', { expected: 3 }, 'DOWN', '0 of 3 workers alive'],
    ['what may be missing', { expected: 3, missing: { downAt: 4 } }, 'DEGRADED', '0 of 3 workers alive'],
  ])('%s', async ([, options, status, text]) => {
    const report = await run([], options)
    expect([report.status, report.message ?? report.error]).toEqual([status, text])
  })

  test('thresholds say how many may be missing', async () => {
    const list = [thread(), thread(), undefined, undefined]
    expect((await run(list, { missing: { degradedAt: 3 } })).status).toBe('UP')
    expect((await run(list, { missing: { downAt: 2 } })).status).toBe('DOWN')
    expect((await run(list, { missing: { degradedAt: 2, downAt: 3 } })).status).toBe('DEGRADED')
    expect((await run(list, { expected: 2 })).message).toBe('2 of 2 workers alive')
  })

  test.for<[() => unknown, string | undefined]>([
    [() => undefined, 'not a list of workers'],
    [() => Promise.resolve([]), 'not a list of workers'],
    [() => new Map([['a', thread()]]), 'not a list of workers'],
    [() => [thread(), 5], 'not a list of workers'],
    [() => new Map([['a', thread()]]).values(), undefined],
  ])('%# a function that returns something else', async ([list, error]) => {
    expect((await run(list as never)).error).toBe(error)
  })

  test('an iterator, which can be read once, is refused', () => {
    const create = () => createHealth({ checks: { a: workers(new Set([thread()]).values()) } })
    expect(create).toThrow('checks.a.workers: expected a list, got an iterator')
  })

  test('may belong to liveness when asked to', () => {
    expectTypeOf(workers([], { probes: ['liveness'] })).toEqualTypeOf<CheckDefinition<'liveness'>>()
  })

  test('names all that is wrong with its options', () => {
    const list = [{}, 5] as unknown as WorkerLike[]
    const options = { expected: 1.5, missing: { degradedAt: 2, downAt: 1 } }
    expect(() => createHealth({ checks: { pool: workers(list, options) } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.pool.workers[0]: expected a worker or a child process, got an object',
          'checks.pool.workers[1]: expected a worker or a child process, got 5',
          'checks.pool.expected: expected a whole number of at least 0, got 1.5',
          'checks.pool.missing.downAt: expected at least degradedAt (2), got 1',
        ],
      }),
    )
    expect(() => createHealth({ checks: { pool: workers(5 as unknown as []) } })).toThrowError(
      'checks.pool.workers: expected a list of workers, or a function for one, got 5',
    )
  })
})
