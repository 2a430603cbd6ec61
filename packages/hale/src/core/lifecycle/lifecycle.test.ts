import { expect, test, vi } from 'vitest'
import { fakeClock } from '../../testing/fake-clock.ts'
import { Lifecycle } from './lifecycle.ts'
import { Startup } from './startup.ts'

function lifecycle(restartOnFailure = false) {
  const changed = vi.fn()
  const startup = new Startup({
    clock: fakeClock(),
    logger: undefined,
    checksPending: () => [],
    changed,
    look: () => startup.consider(),
  })
  return { startup, changed, made: new Lifecycle(startup, restartOnFailure, changed) }
}

const never = new Promise<void>(() => {})

test('is in service when nothing speaks against it', () => {
  expect(lifecycle().made.readiness()).toEqual({ status: 'UP', state: 'running' })
})

test('is out of service while the start is pending', () => {
  const { made, startup } = lifecycle()
  startup.task('load models', never)
  expect(made.readiness()).toEqual({
    status: 'OUT_OF_SERVICE',
    state: 'starting',
    message: 'starting: load models',
  })
  expect(made.startup()).toEqual(made.readiness())
  expect(made.liveness()).toEqual({ status: 'UP' })
})

test('a task after the start holds back readiness alone', async () => {
  const { made, startup } = lifecycle()
  await startup.when()
  startup.task('reload', never)
  expect(made.started).toBe(true)
  expect(made.startup()).toEqual({ status: 'UP' })
  expect(made.readiness()).toEqual({
    status: 'OUT_OF_SERVICE',
    state: 'starting',
    message: 'starting: reload',
  })
})

test.each([
  [false, { status: 'UP' }],
  [true, { status: 'DOWN', state: 'failed', message: 'startup failed: migrate: failed' }],
])(
  'a failed start reaches liveness only when a restart is wanted: %s',
  async (restartOnFailure, liveness) => {
    const { made, startup } = lifecycle(restartOnFailure)
    startup.task('migrate', Promise.reject(new Error('x')))
    await expect(startup.when()).rejects.toThrow()
    expect(made.readiness()).toEqual({
      status: 'DOWN',
      state: 'failed',
      message: 'startup failed: migrate: failed',
    })
    expect(made.startup()).toEqual(made.readiness())
    expect(made.liveness()).toEqual(liveness)
    made.drain('SIGTERM')
    // Whoever is on the way out needs no restart.
    expect(made.liveness()).toEqual({ status: 'UP' })
  },
)

test('a task that fails after the start does not restart the process', async () => {
  const { made, startup } = lifecycle(true)
  await startup.when()
  startup.task('reload', Promise.reject(new Error('x')))
  await new Promise((resolve) => setImmediate(resolve))
  expect(made.readiness().status).toBe('DOWN')
  expect(made.liveness()).toEqual({ status: 'UP' })
})

test('maintenance comes and goes, draining stays, stopping is last', () => {
  const { made } = lifecycle()
  made.outOfService('index rebuild')
  expect(made.readiness()).toEqual({
    status: 'OUT_OF_SERVICE',
    state: 'maintenance',
    message: 'maintenance: index rebuild',
  })
  made.inService()
  expect(made.readiness()).toEqual({ status: 'UP', state: 'running' })
  made.drain(undefined)
  expect(made.readiness()).toEqual({ status: 'OUT_OF_SERVICE', state: 'draining', message: 'draining' })
  made.inService()
  expect(made.draining).toBe(true)
  made.stop()
  expect(made.readiness()).toEqual({ status: 'OUT_OF_SERVICE', state: 'stopped', message: 'stopped' })
})

test('each of its changes is told at once, so that nothing cached is served after it', () => {
  const { made, changed } = lifecycle()
  made.outOfService('x')
  expect(changed).toHaveBeenCalledTimes(1)
  made.inService()
  expect(changed).toHaveBeenCalledTimes(2)
  made.drain('x')
  expect(changed).toHaveBeenCalledTimes(3)
  made.stop()
  expect(changed).toHaveBeenCalledTimes(4)
})
