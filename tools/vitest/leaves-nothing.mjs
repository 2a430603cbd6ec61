// @ts-check
import { afterAll, beforeAll, expect, vi } from 'vitest'

// Where one process runs many files, what a file leaves behind would fail another, now and then and far from its
// cause. So it fails the one that leaves it.

const SIGNALS = /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'])
const EVENTS = /** @type {const} */ (['uncaughtException', 'unhandledRejection', 'warning', 'beforeExit'])

const GLOBALS = /** @type {const} */ ([
  'fetch',
  'Headers',
  'Request',
  'Response',
  'URL',
  'setTimeout',
  'console',
])

const state = () => ({
  directory: process.cwd(),
  environment: { ...process.env },
  listeners: Object.fromEntries([...SIGNALS, ...EVENTS].map((name) => [name, process.listenerCount(name)])),
  exitCode: process.exitCode,
  fakedTimers: vi.isFakeTimers(),
  // By identity: what replaces one of them need not look different.
  globals: GLOBALS.map((name) => globalThis[name]),
})

/** @type {ReturnType<typeof state>} */
let before

beforeAll(() => {
  before = state()
})

afterAll(() => {
  vi.unstubAllEnvs()
  const { globals, ...left } = state()
  const { globals: globalsBefore, ...leftBefore } = before
  expect(left, 'what the file leaves to the next one').toEqual(leftBefore)
  const replaced = GLOBALS.filter((_, index) => globals[index] !== globalsBefore[index])
  expect(replaced, 'globals that the file leaves replaced').toEqual([])
})
