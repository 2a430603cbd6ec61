import { expect, test, vi } from 'vitest'
import { DisposedError } from '../errors/disposed-error.ts'
import { StartupError } from '../errors/startup-error.ts'
import { Lifecycle } from './lifecycle.ts'

function lifecycle(checksDone = true) {
  const state = { checksDone }
  const changed = vi.fn()
  const made = new Lifecycle(() => state.checksDone, changed)
  return { made, state, changed }
}

function deferred() {
  let resolve = (): void => {}
  let reject = (_: unknown): void => {}
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

test('is complete when there is nothing to start', async () => {
  const { made } = lifecycle()
  await made.whenStarted()
  expect(made.started).toBe(true)
  expect(made.readiness()).toEqual({ status: 'UP' })
})

test('is out of service while startup tasks are pending, and names them', async () => {
  const { made } = lifecycle()
  const models = deferred()
  const cache = deferred()
  made.task('load models', models.promise)
  made.task('warm cache', cache.promise)
  expect(made.readiness()).toEqual({ status: 'OUT_OF_SERVICE', message: 'starting: load models, warm cache' })
  models.resolve()
  await models.promise
  expect(made.startup()).toEqual({ status: 'OUT_OF_SERVICE', message: 'starting: warm cache' })
  cache.resolve()
  await made.whenStarted()
  expect(made.readiness()).toEqual({ status: 'UP' })
})

test('a failed task takes startup and readiness DOWN, with a safe text, and started() rejects with the cause', async () => {
  const { made } = lifecycle()
  const error = Object.assign(new Error('postgres://u:p@db'), { code: 'ECONNREFUSED' })
  const started = made.whenStarted
  made.task('migrate', Promise.reject(error))
  await expect(started.call(made)).rejects.toMatchObject({
    code: 'HALE_STARTUP',
    task: 'migrate',
    cause: error,
  })
  expect(made.startup()).toEqual({ status: 'DOWN', message: 'startup failed: migrate: connection refused' })
  expect(made.readiness()).toEqual(made.startup())
  expect(made.started).toBe(false)
  await expect(made.whenStarted()).rejects.toBeInstanceOf(StartupError)
})

test('waits for the startup checks too', async () => {
  const { made, state } = lifecycle(false)
  const done = vi.fn()
  void made.whenStarted().then(done)
  made.considerStarted()
  await Promise.resolve()
  expect(done).not.toHaveBeenCalled()
  state.checksDone = true
  made.considerStarted()
  await Promise.resolve()
  expect(done).toHaveBeenCalledOnce()
})

test('complete is for good: a later task holds back readiness alone', async () => {
  const { made } = lifecycle()
  await made.whenStarted()
  const late = deferred()
  made.task('reload', late.promise)
  expect(made.started).toBe(true)
  expect(made.startup()).toEqual({ status: 'UP' })
  expect(made.readiness()).toEqual({ status: 'OUT_OF_SERVICE', message: 'starting: reload' })
})

test('maintenance comes and goes, draining stays, stopping is last', () => {
  const { made } = lifecycle()
  made.outOfService('index rebuild')
  expect(made.readiness()).toEqual({ status: 'OUT_OF_SERVICE', message: 'maintenance: index rebuild' })
  made.inService()
  expect(made.readiness()).toEqual({ status: 'UP' })
  made.drain(undefined)
  expect(made.readiness()).toEqual({ status: 'OUT_OF_SERVICE', message: 'draining' })
  made.inService()
  expect(made.draining).toBe(true)
  made.stop()
  expect(made.readiness()).toEqual({ status: 'OUT_OF_SERVICE', message: 'stopped' })
})

test('stopping rejects whoever waits for the start', async () => {
  const { made } = lifecycle(false)
  const started = made.whenStarted()
  made.stop()
  await expect(started).rejects.toBeInstanceOf(DisposedError)
})

test('a task that settles synchronously or is no promise at all counts as done', async () => {
  const { made } = lifecycle()
  made.task('ready', 7 as unknown as Promise<void>)
  await made.whenStarted()
  await Promise.resolve()
  expect(made.readiness()).toEqual({ status: 'UP' })
})
