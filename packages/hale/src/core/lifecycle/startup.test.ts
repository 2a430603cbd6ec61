import { expect, test, vi } from 'vitest'
import { eventually } from '../../../../../tests/eventually.ts'
import { DisposedError } from '../../errors/disposed-error.ts'
import { StartupError } from '../../errors/startup-error.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { Startup, type StartupOptions } from './startup.ts'

function start(options: StartupOptions = {}) {
  const clock = fakeClock()
  const checks: string[] = []
  const changed = vi.fn()
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const look = vi.fn(() => made.consider())
  const made: Startup = new Startup({
    ...options,
    clock,
    logger,
    checksPending: () => checks,
    changed,
    look,
  })
  return { made, checks, changed, clock, logger, look }
}

const throwing = {
  get: (): never => {
    throw new Error('x')
  },
}

function deferred() {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

test('is complete when there is nothing to start', async () => {
  const { made } = start()
  await made.when()
  expect(made.complete).toBe(true)
  expect(made.pending).toBeUndefined()
})

test('names the tasks that are pending', async () => {
  const { made, changed } = start()
  const models = deferred()
  const cache = deferred()
  made.task('load models', models.promise)
  expect(changed).toHaveBeenCalledOnce()
  made.task('warm cache', cache.promise)
  expect(made.pending).toBe('load models, warm cache')
  models.resolve()
  await models.promise
  expect(made.pending).toBe('warm cache')
  cache.resolve()
  await made.when()
  expect(made.pending).toBeUndefined()
})

test('shows how far a task has come', () => {
  const { made } = start()
  let done = 2
  const never = new Promise(() => {})
  made.task('loading models', never, { progress: () => ({ done, total: 7 }) })
  made.task('index', never, { progress: () => '40 %' })
  done = 3
  expect(made.pending).toBe('loading models 3/7, index 40 %')
})

test.each([
  [
    'throws',
    () => {
      throw new Error('x')
    },
  ],
  ['says nothing', () => undefined],
  ['is empty', () => ''],
  ['returns null', () => null],
  ['returns a number', () => 7],
  ['returns no numbers', () => ({ done: Number.NaN, total: 7 })],
  ['returns texts for numbers', () => ({ done: 'postgres://u:p@db', total: 7 })],
  ['returns an object that throws', () => new Proxy({}, throwing)],
  [
    'returns what cannot be a number',
    () => ({ done: Symbol('x'), total: { valueOf: throwing.get } }) as never,
  ],
  ['is asynchronous', async () => '3/7'],
])('a progress function that %s hurts nobody', (_, progress) => {
  const { made } = start()
  made.task('index', new Promise(() => {}), { progress: progress as never })
  expect(made.pending).toBe('index')
})

test('an asynchronous progress function that rejects does not end the process', async () => {
  const { made } = start()
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  const progress = async (): Promise<never> => {
    throw new Error('x')
  }
  made.task('index', new Promise(() => {}), { progress: progress as never })
  expect(made.pending).toBe('index')
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})

test('asks for progress at most once a second, however many look', async () => {
  const { made, clock } = start()
  let done = 0
  const progress = vi.fn(() => ({ done: ++done, total: 7 }))
  made.task('models', new Promise(() => {}), { progress })
  for (let look = 0; look < 100; look++) expect(made.pending).toBe('models 1/7')
  await clock.advance(999)
  expect(made.pending).toBe('models 1/7')
  await clock.advance(1)
  expect(made.pending).toBe('models 2/7')
  expect(progress).toHaveBeenCalledTimes(2)
})

test('a promise that settles twice, or throws where it is waited for, is one outcome', async () => {
  const { made, logger } = start()
  const both = {
    // biome-ignore lint/suspicious/noThenProperty: it is what is tested
    then(resolve: () => void, reject: (error: Error) => void) {
      resolve()
      reject(new Error('x'))
      throw new Error('y')
    },
  }
  made.task('both', both as never)
  await made.when()
  expect(made.failed).toBeUndefined()
  // biome-ignore lint/suspicious/noThenProperty: it is what is tested
  made.task('throws', { then: throwing.get } as never)
  await eventually(() => expect(made.failed?.message).toBe('startup failed: throws: failed'))
  expect(logger.error).toHaveBeenCalledOnce()
})

test('a failed task rejects who waits, with what it threw, and shows a safe text', async () => {
  const { made, logger } = start()
  const error = Object.assign(new Error('postgres://u:p@db'), { code: 'ECONNREFUSED' })
  made.task('migrate', Promise.reject(error))
  await expect(made.when()).rejects.toMatchObject({ code: 'HALE_STARTUP', task: 'migrate', cause: error })
  expect(made.failed).toEqual({
    status: 'DOWN',
    state: 'failed',
    message: 'startup failed: migrate: connection refused',
  })
  expect(made.complete).toBe(false)
  expect(logger.error).toHaveBeenCalledWith('startup task migrate: connection refused', {
    task: 'migrate',
    err: error,
  })
  await expect(made.when()).rejects.toBeInstanceOf(StartupError)
})

test('tells of each end at once, so that nothing cached is served after it', async () => {
  const { made, changed, clock } = start()
  const first = deferred()
  const second = deferred()
  made.task('first', first.promise)
  made.task('second', second.promise)
  made.task('third', Promise.reject(new Error('x')))
  changed.mockClear()
  await clock.advance(0)
  expect(changed).toHaveBeenCalledTimes(1)
  // What has failed is pending no longer.
  expect(made.pending).toBe('first, second')
  first.resolve()
  await clock.advance(0)
  expect(changed).toHaveBeenCalledTimes(2)
})

test('tells when it is complete by its checks alone', () => {
  const { made, changed, checks } = start()
  checks.push('model')
  made.consider()
  expect(changed).not.toHaveBeenCalled()
  checks.pop()
  made.consider()
  expect(changed).toHaveBeenCalledOnce()
})

test('a task that takes too long has failed, until it ends well after all', async () => {
  const { made, clock, logger } = start()
  const models = deferred()
  made.task('load models', models.promise, { timeoutMs: 60_000 })
  const started = made.when()
  started.catch(() => {})
  await clock.advance(59_999)
  expect(made.failed).toBeUndefined()
  await clock.advance(1)
  expect(made.failed).toEqual({
    status: 'DOWN',
    state: 'failed',
    message: 'startup failed: load models: timed out after 60 s',
  })
  expect(logger.error).toHaveBeenCalledOnce()
  await expect(started).rejects.toMatchObject({ code: 'HALE_STARTUP', task: 'load models' })
  models.resolve()
  await clock.advance(0)
  expect(made.failed).toBeUndefined()
  expect(made.complete).toBe(true)
})

test('a task that is done in time leaves no timer behind', async () => {
  const { made, clock } = start()
  made.task('load models', Promise.resolve(), { timeoutMs: 60_000 })
  made.task('migrate', Promise.reject(new Error('x')), { timeoutMs: 60_000 })
  await clock.advance(0)
  expect(clock.pending).toBe(0)
  await clock.advance(60_000)
  expect(made.failed?.message).toBe('startup failed: migrate: failed')
})

test('waits for the startup checks too, and asks them while somebody waits', async () => {
  const { made, checks, clock } = start()
  checks.push('model')
  const done = vi.fn()
  void made.when().then(done)
  await clock.advance(2000)
  expect(done).not.toHaveBeenCalled()
  checks.pop()
  await clock.advance(1000)
  expect(done).toHaveBeenCalledOnce()
  expect(clock.pending).toBe(0)
})

test('a start that takes longer than its deadline is DOWN and says what is missing', async () => {
  const { made, checks, clock, logger, changed } = start({ timeoutMs: 120_000 })
  checks.push('model')
  const cache = deferred()
  made.task('warm cache', cache.promise, { progress: () => '1/2' })
  const started = made.when()
  started.catch(() => {})
  await clock.advance(119_999)
  expect(made.failed).toBeUndefined()
  changed.mockClear()
  await clock.advance(1)
  expect(made.failed).toEqual({
    status: 'DOWN',
    state: 'failed',
    message: 'not started within 2 min: warm cache 1/2, model',
  })
  expect(changed).toHaveBeenCalled()
  expect(logger.error).toHaveBeenCalledWith('not started within 2 min: warm cache 1/2, model', {
    timeoutMs: 120_000,
  })
  await expect(started).rejects.toMatchObject({ code: 'HALE_STARTUP', task: undefined })
  await expect(made.when()).rejects.toThrow('the start took too long')
  cache.resolve()
  checks.pop()
  await clock.advance(0)
  made.consider()
  expect(made.complete).toBe(true)
  expect(made.failed).toBeUndefined()
})

test('a start of which nothing is left is not too late, though nobody has asked since', async () => {
  const { made, checks, clock } = start({ timeoutMs: 120_000 })
  checks.push('model')
  await clock.advance(60_500)
  // As by disabling or removing it, which completes nothing by itself.
  checks.pop()
  await clock.advance(60_000)
  expect(made.failed).toBeUndefined()
  expect(made.complete).toBe(true)
})

test('a deadline asks the startup checks itself, and goes on when it has passed', async () => {
  const { made, checks, clock, look } = start({ timeoutMs: 3000 })
  checks.push('model')
  await clock.advance(2500)
  expect(look).toHaveBeenCalledTimes(3)
  await clock.advance(2000)
  expect(made.failed?.message).toBe('not started within 3 s: model')
  checks.pop()
  made.consider()
  expect(made.complete).toBe(true)
  expect(clock.pending).toBe(0)
})

test('a deadline completes nothing before its time: tasks may still be on their way', async () => {
  const { made, clock, look } = start({ timeoutMs: 3000 })
  await clock.advance(2999)
  expect(look).not.toHaveBeenCalled()
  expect(made.complete).toBe(false)
})

test('a start within its deadline leaves no timer behind', async () => {
  const { made, clock } = start({ timeoutMs: 120_000 })
  await made.when()
  expect(clock.pending).toBe(0)
  await clock.advance(120_000)
  expect(made.failed).toBeUndefined()
})

test('stopping rejects whoever waits for the start, and whoever comes later', async () => {
  const { made, checks, clock } = start({ timeoutMs: 120_000 })
  checks.push('model')
  const started = made.when()
  made.stop(new DisposedError())
  await expect(started).rejects.toBeInstanceOf(DisposedError)
  await expect(made.when()).rejects.toBeInstanceOf(DisposedError)
  expect(clock.pending).toBe(0)
  checks.pop()
  made.consider()
  expect(made.complete).toBe(false)
})

test('a task that is handed over after the end starts no timer', async () => {
  const { made, clock } = start()
  made.stop(new DisposedError())
  made.task('late', new Promise(() => {}), { timeoutMs: 1000 })
  expect(clock.pending).toBe(0)
})

test('what a task comes to after the end is no news', async () => {
  const { made, clock, logger, changed } = start()
  const models = deferred()
  made.task('load models', models.promise)
  made.task(
    'migrate',
    models.promise.then(() => Promise.reject(new Error('the pool was closed'))),
  )
  made.stop(new DisposedError())
  changed.mockClear()
  models.resolve()
  await clock.advance(1)
  expect(changed).not.toHaveBeenCalled()
  expect(logger.error).not.toHaveBeenCalled()
})

test('on the way out nobody who waits is told of a failure, nor of the end', async () => {
  const { made, clock } = start({ timeoutMs: 120_000 })
  const settled = vi.fn()
  made.task('load models', new Promise(() => {}))
  made.when().then(settled, settled)
  made.leave()
  made.task('migrate', Promise.reject(new Error('the pool was closed')))
  await clock.advance(120_000)
  made.when().then(settled, settled)
  await clock.advance(1000)
  made.stop(new DisposedError())
  made.when().then(settled, settled)
  await clock.advance(5000)
  expect(settled).not.toHaveBeenCalled()
  expect(clock.pending).toBe(0)
})

test('on the way out a start that is done after all is still told', async () => {
  const { made } = start()
  const models = deferred()
  made.task('load models', models.promise)
  const started = made.when()
  made.leave()
  models.resolve()
  await started
})

test('a task that is no promise at all counts as done', async () => {
  const { made } = start()
  made.task('ready', 7 as unknown as Promise<void>)
  await made.when()
  expect(made.complete).toBe(true)
})
