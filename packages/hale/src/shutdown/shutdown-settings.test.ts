import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { createHealth } from '../core/create-health.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { drainDelay } from './drain-delay.ts'
import { gracefulShutdown } from './graceful-shutdown.ts'
import { shutdownSettings } from './shutdown-settings.ts'

const health = createHealth({ checks: {} })

function problemsOf(options: unknown, of: unknown = health): readonly string[] {
  try {
    shutdownSettings(of, options, new Set())
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

test('has defaults for everything', () => {
  expect(shutdownSettings(health, {}, new Set())).toEqual({
    servers: [],
    healthServers: [],
    drainDelayMs: 5000,
    timeoutMs: 25_000,
    upgradedTimeoutMs: 5000,
    signals: ['SIGTERM', 'SIGINT'],
    parent: false,
    hooks: [],
    exit: true,
  })
})

test('lists every problem, each with its mend', () => {
  const app = Object.assign(() => {}, { listen() {} })
  expect(
    problemsOf({
      server: [],
      servers: [app, 5, null],
      healthServers: {},
      drainDelayMs: '5000',
      upgradedTimeoutMs: -1,
      signals: ['SIGTERMS', 'SIGKILL', 'SIGUSR2', 7],
      parent: 'yes',
      hooks: ['flush', { run() {}, timeoutMs: 0, when: 'end', nam: 'x' }],
      exit: 1,
    }),
  ).toEqual([
    'server: unknown option; did you mean servers?',
    'drainDelayMs: expected a number of milliseconds between 0 and 2147483647, got a string of 4 characters; use Number(…)',
    'servers[0]: expected a server with close() or tryShutdown(), got a function; give what app.listen() returned',
    'servers[1]: expected a server with close() or tryShutdown(), got 5',
    'servers[2]: expected a server with close() or tryShutdown(), got null',
    'exit: expected true, false or a function that takes the exit code, got 1',
    'healthServers: expected a list, got an object; write [ ] around it',
    'upgradedTimeoutMs: expected a number of milliseconds between 0 and 2147483647, got -1',
    'signals[0]: expected the name of a signal, got a string of 8 characters; did you mean SIGTERM?',
    'signals[1]: no process can listen to this signal',
    "signals[3]: expected the name of a signal, got 7; such as 'SIGTERM'",
    'parent: expected true or false, got a string of 3 characters',
    'hooks[0]: expected a function or { name, run, timeoutMs, when }, got a string of 5 characters',
    'hooks[0].nam: unknown option; did you mean name?',
    'hooks[0].timeoutMs: expected a number of milliseconds between 1 and 2147483647, got 0',
    "hooks[0].when: expected 'drain', 'stop', 'close', got a string of 3 characters",
  ])
})

test.each([
  [null, {}, 'health: expected what createHealth returns, got null'],
  [health, null, 'options: expected an object, got null'],
  [
    health,
    { drainDelayMs: 30_000 },
    'timeoutMs: includes the drain delay of 30000 ms: give it more than that',
  ],
])('a single mistake %#', (of, options, problem) => {
  expect(problemsOf(options, of)).toEqual([problem])
})

test('a health server among the servers is closed last', () => {
  const own = { url: 'http://127.0.0.1:1', port: 1, close: async () => {} }
  const server = createServer()
  const { servers, healthServers } = shutdownSettings(health, { servers: [own, server] }, new Set())
  expect([servers, healthServers]).toEqual([[server], [own]])
})

describe('two in one process', () => {
  test('that would exit it beneath each other are refused, until the first is disposed', async () => {
    const first = gracefulShutdown(health, { signals: ['SIGUSR2'] })
    expect(() => gracefulShutdown(health, { signals: ['SIGUSR2'] })).toThrow(
      /signals\[0\]: another gracefulShutdown of this process exits on it/,
    )
    for (const harmless of [
      gracefulShutdown(health, { signals: ['SIGUSR2'], exit: false }),
      gracefulShutdown(health, { signals: ['SIGHUP'] }),
      gracefulShutdown(health, { signals: [] }),
    ])
      await harmless.dispose()
    await first.dispose()
    await gracefulShutdown(health, { signals: ['SIGUSR2'] }).dispose()
  })
})

test.each([
  ['a signal', { reason: 'SIGTERM', listening: [true], workers: 0, terminal: true }, 5000],
  ['Ctrl-C in a terminal', { reason: 'SIGINT', listening: [true], workers: 0, terminal: true }, 0],
  [
    'SIGINT from a process manager',
    { reason: 'SIGINT', listening: [true], workers: 0, terminal: false },
    5000,
  ],
  ['nothing that listens', { reason: 'SIGTERM', listening: [false, false], workers: 0 }, 0],
  ['one that listens', { reason: 'SIGTERM', listening: [false, true], workers: 0 }, 5000],
  ['one of which that cannot be known', { reason: 'SIGTERM', listening: [undefined], workers: 0 }, 5000],
  ['no server', { reason: 'SIGTERM', listening: [], workers: 0 }, 5000],
  ['workers alone', { reason: 'SIGTERM', listening: [], workers: 2 }, 0],
])('the drain delay on %s', (_, circumstances, delayMs) => {
  expect(drainDelay(5000, circumstances)).toBe(delayMs)
})
