import { describe, expect, test } from 'vitest'
import { all } from '../../checks/all.ts'
import { any } from '../../checks/any.ts'
import { clockSkew } from '../../checks/clock-skew.ts'
import { disk } from '../../checks/disk.ts'
import { dns } from '../../checks/dns.ts'
import { eventLoop } from '../../checks/event-loop.ts'
import { fileDescriptors } from '../../checks/file-descriptors.ts'
import { gc } from '../../checks/gc.ts'
import { healthEndpoint } from '../../checks/health-endpoint.ts'
import { http } from '../../checks/http.ts'
import { memory } from '../../checks/memory.ts'
import { nestIndicator } from '../../checks/nest-indicator.ts'
import { quorum } from '../../checks/quorum.ts'
import { tcp } from '../../checks/tcp.ts'
import { terminus } from '../../checks/terminus.ts'
import { tls } from '../../checks/tls.ts'
import { udp } from '../../checks/udp.ts'
import { unixSocket } from '../../checks/unix-socket.ts'
import { workers } from '../../checks/workers.ts'
import { writable } from '../../checks/writable.ts'
import { type CheckDefinition, check } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { ConfigurationError } from '../../errors/configuration-error.ts'

/** What creation says of it. Anything but a ConfigurationError is thrown on. */
function problemsOf(make: () => CheckDefinition): readonly string[] {
  try {
    createHealth({ checks: { it: make() } })
    return []
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.problems
  }
}

/** Throws at every question. */
const closed = new Proxy(
  {},
  {
    get() {
      throw new TypeError('planted')
    },
  },
)

const throwing = {
  get timeoutMs(): number {
    throw new TypeError('planted')
  },
}

const taking = {
  http: (given: never) => http(given),
  healthEndpoint: (given: never) => healthEndpoint(given),
  tcp: (given: never) => tcp(given),
  tls: (given: never) => tls(given),
  udp: (given: never) => udp(given, { send: 'x' }),
  terminus: (given: never) => terminus(given),
  nestIndicator: (given: never) => nestIndicator(given),
  workers: (given: never) => workers(given),
} as const

describe.each(Object.entries(taking))('%s', (_name, make) => {
  test.each([
    ['a class', class Pool {}, 'got a class'],
    ['a promise', Promise.resolve('http://127.0.0.1/'), 'got a promise; await it'],
  ])('refuses %s in place of a function, rather than to call it at the first probe', (_kind, given, got) => {
    expect(problemsOf(() => make(given as never))).toEqual([expect.stringMatching(`: expected .*, ${got}$`)])
  })

  test('throws no error of what it is given', () => {
    const problems = problemsOf(() => make(closed as never))
    expect(problems).toHaveLength(1)
    expect(problems.join()).not.toContain('planted')
  })
})

type Options = never

const withOptions = {
  http: (options: Options) => http('http://127.0.0.1/', options),
  healthEndpoint: (options: Options) => healthEndpoint('http://127.0.0.1/', options),
  tcp: (options: Options) => tcp({ host: 'a', port: 1 }, options),
  tls: (options: Options) => tls({ host: 'a', port: 1 }, options),
  dns: (options: Options) => dns('a', options),
  unixSocket: (options: Options) => unixSocket('/a', options),
  terminus: (options: Options) => terminus(() => {}, options),
  nestIndicator: (options: Options) => nestIndicator(() => {}, options),
  workers: (options: Options) => workers([], options),
  eventLoop: (options: Options) => eventLoop(options),
  memory: (options: Options) => memory(options),
  gc: (options: Options) => gc(options),
  fileDescriptors: (options: Options) => fileDescriptors(options),
  disk: (options: Options) => disk('/', options),
  writable: (options: Options) => writable('/', options),
  clockSkew: (options: Options) => clockSkew('http://127.0.0.1/', options),
  all: (options: Options) => all({ a: check(() => {}) }, options),
  any: (options: Options) => any({ a: check(() => {}) }, options),
  quorum: (options: Options) => quorum({ a: check(() => {}) }, options),
} as const

describe.each(Object.entries(withOptions))('the options of %s', (_name, make) => {
  test.each([
    ['a promise', Promise.resolve({}), 'got a promise; await it'],
    ['what throws when it is read', closed, 'got one that throws when it is read'],
    ['what has a getter that throws', throwing, 'got one that throws when it is read'],
  ])('are not %s', (_kind, given, got) => {
    expect(problemsOf(() => make(given as never))).toEqual([`checks.it.options: expected an object, ${got}`])
  })
})

test.each([
  ['a promise', Promise.resolve({}), 'expected { degradedAt, downAt }, got a promise; await it'],
  ['what throws when it is read', closed, 'expected an object, got one that throws when it is read'],
])('a pair of thresholds is not %s', (_kind, given, problem) => {
  expect(problemsOf(() => eventLoop({ delayMs: given }))).toEqual([`checks.it.delayMs: ${problem}`])
})
