import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, test, vi } from 'vitest'
import { Events } from './events.ts'
import type { CheckRun, CheckTransition } from './transitions.ts'

const result = {
  name: 'db',
  status: 'DOWN',
  error: 'connection refused',
  since: 5,
  critical: true,
  enabled: true,
  details: {
    kind: 'dependency',
    failureThreshold: 1,
    successThreshold: 1,
    consecutiveFailures: 1,
    consecutiveSuccesses: 0,
    outstandingRuns: 0,
    tags: [],
  },
} as const
const transition: CheckTransition = { check: 'db', from: 'UP', to: 'DOWN', at: 5, result }
const run: CheckRun = { check: 'db', result: { status: 'UP', durationMs: 1, at: 5 } }

test('keeps the last transitions, the newest last, in a new list each time', () => {
  const events = new Events(2, undefined)
  const before = events.history
  for (const at of [1, 2, 3]) events.transition({ ...transition, at })
  expect(before).toEqual([])
  expect(events.history.map(({ at }) => at)).toEqual([2, 3])
})

test('keeps none when told so', () => {
  const events = new Events(0, undefined)
  events.transition(transition)
  expect(events.history).toEqual([])
})

test('tells listeners until they stop; the same one added twice is called twice', () => {
  const events = new Events(1, undefined)
  const listener = vi.fn()
  const stop = events.on('transition', listener)
  events.on('transition', listener)
  events.transition(transition)
  stop()
  stop()
  events.transition(transition)
  events.run(run)
  expect(listener).toHaveBeenCalledTimes(3)
})

test('a listener that throws hurts neither the others nor the caller, and is logged', () => {
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const events = new Events(1, logger)
  const other = vi.fn()
  events.on('run', () => {
    throw new Error('listener')
  })
  events.on('run', other)
  events.run(run)
  expect(other).toHaveBeenCalledWith(run)
  expect(logger.error).toHaveBeenCalledWith('a listener of "run" failed', { err: new Error('listener') })
})

test('an asynchronous listener or logger that rejects cannot end the process', async () => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  const rejecting = vi.fn(() => Promise.reject(new Error('slack is down')))
  const events = new Events(1, { info: rejecting, warn: rejecting, error: rejecting })
  events.on('transition', rejecting)
  events.transition(transition)
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
  expect(rejecting).toHaveBeenCalledTimes(3)
})

test('logs a transition once, at the level of its end, with the raw error', () => {
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const events = new Events(1, logger)
  const raw = new Error('connect ECONNREFUSED 10.0.0.7:5432')
  events.transition(transition, raw)
  events.transition({ ...transition, from: 'DOWN', to: 'UP', result: { ...result, status: 'UP' } })
  events.transition({ ...transition, to: 'UNKNOWN' })
  expect(logger.error.mock.calls).toEqual([
    ['check db UP → DOWN: connection refused', { check: 'db', from: 'UP', to: 'DOWN', err: raw }],
  ])
  expect(logger.info).toHaveBeenCalledOnce()
  expect(logger.warn).toHaveBeenCalledOnce()
})

test('logs what a check wants mended once, and no endless number of such texts', () => {
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const events = new Events(1, logger)
  for (const check of ['db', 'db', 'cache']) events.warn(check, 'nobody\nlistens')
  events.warn('db', undefined as never)
  expect(logger.warn.mock.calls).toEqual([
    ['check db: nobody listens', { check: 'db' }],
    ['check cache: nobody listens', { check: 'cache' }],
  ])
  for (let said = 0; said < 200; said++) events.warn('db', `no. ${said}`)
  expect(logger.warn).toHaveBeenCalledTimes(100)
})

test('a logger that throws hurts nobody', () => {
  const fail = (): never => {
    throw new Error('disk full')
  }
  const events = new Events(1, { info: fail, warn: fail, error: fail })
  events.on('transition', fail)
  expect(() => events.transition(transition)).not.toThrow()
})

test('publishes runs and transitions on diagnostics_channel', () => {
  const seen: unknown[] = []
  const listener = (message: unknown): void => {
    seen.push(message)
  }
  subscribe('hale:check', listener)
  subscribe('hale:transition', listener)
  const events = new Events(1, undefined)
  events.run(run)
  events.transition(transition)
  unsubscribe('hale:check', listener)
  unsubscribe('hale:transition', listener)
  events.run(run)
  expect(seen).toEqual([run, transition])
})

test('no subscriber can change what listeners hear and history keeps', () => {
  const spoil = (message: unknown): void => {
    const { result } = message as { result?: object }
    Reflect.set(message as object, 'from', 'spoilt')
    if (result !== undefined) Reflect.set(result, 'status', 'spoilt')
  }
  const events = new Events(1, { info() {}, warn() {}, error() {} })
  const heard = vi.fn()
  for (const event of ['run', 'transition', 'circuit'] as const) events.on(event, heard)
  for (const name of ['hale:check', 'hale:transition', 'hale:circuit']) subscribe(name, spoil)
  const own = { check: 'db', at: 5 } as const
  events.run({ ...own, result: { status: 'DOWN', durationMs: 1, at: 5 } })
  events.transition({ ...own, from: 'UP', to: 'DOWN', result: Object.freeze({ ...result }) })
  events.circuit({ ...own, from: 'closed', to: 'open', reason: 'calls' })
  for (const name of ['hale:check', 'hale:transition', 'hale:circuit']) unsubscribe(name, spoil)
  const told = heard.mock.calls.map(([event]) => event)
  expect(told).toMatchObject([{ result: { status: 'DOWN' } }, { from: 'UP' }, { from: 'closed' }])
  expect(events.history).toMatchObject([{ from: 'UP', result: { status: 'DOWN' } }])
})

test('logs another reason of the same outage with its raw error, each once and not without end', () => {
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const events = new Events(1, logger)
  const down = (error: string) => ({ ...result, error })
  events.staysDown(down('connection refused'), new Error('before it was DOWN'))
  expect(logger.error).not.toHaveBeenCalled()
  events.transition(transition)
  const denied = new Error('28P01')
  for (const error of [
    'connection refused',
    'authentication failed',
    'connection refused',
    'authentication failed',
  ])
    events.staysDown(down(error), denied)
  expect(logger.error.mock.calls.slice(1)).toEqual([
    ['check db still DOWN: authentication failed', { check: 'db', err: denied }],
  ])
  for (let lag = 0; lag < 50; lag++) events.staysDown(down(`${lag} messages behind`))
  expect(logger.error).toHaveBeenCalledTimes(10)
  events.transition({ ...transition, from: 'DOWN', to: 'UP' })
  events.transition(transition)
  events.staysDown(down('authentication failed'), denied)
  expect(logger.error).toHaveBeenLastCalledWith(
    'check db still DOWN: authentication failed',
    expect.anything(),
  )
  events.forget('db')
  events.staysDown(down('authentication failed again'), denied)
  expect(logger.error).toHaveBeenCalledTimes(12)
})
