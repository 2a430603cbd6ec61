import { EventEmitter } from 'node:events'
import { afterEach, expect, it, vi } from 'vitest'
import type { Surroundings } from './managed-server.ts'
import { NestSignals } from './nest-signals.ts'

const signal = 'SIGUSR2'
const other = 'SIGWINCH'
const before = process.listeners(signal)

afterEach(() => {
  process.removeAllListeners(other)
  for (const listener of process.listeners(signal)) {
    if (!before.includes(listener)) process.off(signal, listener)
  }
})

/** Applications as Nest 12 and 11 leave them, with a listener for another signal too. */
const shapes = {
  'Nest 12': (listener: () => void) => ({
    shutdownCleanupRefs: new Map([
      [signal, listener],
      [other, listener],
    ]),
  }),
  'Nest 11': (listener: () => void) => ({
    unsubscribeFromProcessSignals: () => void process.off(signal, listener).off(other, listener),
  }),
}

function taking(app: object) {
  const complain = vi.fn()
  const server = new EventEmitter()
  const surroundings = { signals: [signal], complain } as unknown as Surroundings
  return { server, complain, signals: new NestSignals(app, server, 'servers[0] (Nest)', surroundings) }
}

it.each(Object.entries(shapes))('takes the signals of %s, and gives them back', (_version, shape) => {
  const nests = vi.fn()
  const others = vi.fn()
  process.on(signal, nests).on(signal, others).on(other, nests)
  const { server, signals, complain } = taking(shape(nests))
  expect(process.listeners(signal)).toEqual([...before, others])
  expect(complain).toHaveBeenCalledWith(
    expect.stringMatching(/Nest.*enableShutdownHooks\(\).*SIGUSR2/),
    undefined,
  )
  expect(process.listeners(other)).toEqual([nests])
  signals.release()
  expect(process.listeners(signal)).toContain(nests)
  server.emit('listening')
  expect(process.listeners(signal)).toContain(nests)
})

it('gives nothing back once the application ends, and says once what it does', () => {
  const nests = vi.fn()
  const app = shapes['Nest 11'](nests)
  process.on(signal, nests)
  const { server, signals, complain } = taking(app)
  process.on(signal, nests)
  server.emit('listening')
  expect(process.listeners(signal)).not.toContain(nests)
  process.on(signal, nests)
  signals.takeLate()
  signals.release()
  expect(process.listeners(signal)).not.toContain(nests)
  expect(complain).toHaveBeenCalledTimes(1)
})

it('does and says nothing where Nest listens to nothing', () => {
  const { signals, complain } = taking({ shutdownCleanupRefs: new Map() })
  signals.takeLate()
  signals.release()
  expect(complain).not.toHaveBeenCalled()
  expect(process.listeners(signal)).toEqual(before)
})
