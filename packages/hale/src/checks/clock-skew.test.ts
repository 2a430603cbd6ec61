import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acceptedBeyond } from '../../../../tests/servers/accepted-connections.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type ClockSkewCheckOptions, clockSkew } from './clock-skew.ts'

/** A server whose clock goes wrong. */
let offsetMs = 0
let silent = false
let date: string | undefined
const heldBackMs = { before: 0, after: 0 }
const connections = { accepted: 0, open: 0 }
const server = createServer((_request, response) => {
  if (silent) return
  setTimeout(() => {
    response.sendDate = false
    const now = date ?? new Date(Date.now() + offsetMs).toUTCString()
    if (now !== '') response.setHeader('date', now)
    setTimeout(() => response.writeHead(404).end('nothing here'), heldBackMs.after)
  }, heldBackMs.before)
}).on('connection', (socket) => {
  connections.accepted++
  connections.open++
  socket.on('close', () => connections.open--)
})
// Or an idle connection would be closed, and another opened, while they are counted.
server.keepAliveTimeout = 60_000
let url = ''

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function heal(): void {
  offsetMs = 0
  silent = false
  date = undefined
  heldBackMs.before = 0
  heldBackMs.after = 0
}

const run = async (options: ClockSkewCheckOptions = {}) =>
  createHealth({ checks: { clock: clockSkew(url, { timeoutMs: 5000, ...options }) } })
    .check('clock')
    .run()

describe('keeps the contract of checks', () => {
  let port = 0
  let silentPort: Awaited<ReturnType<typeof startFaultyTcp>>
  beforeAll(async () => {
    silentPort = await startFaultyTcp({ kind: 'silent' })
  })
  afterAll(() => silentPort.close())
  const cases = checkContract({
    create: () =>
      clockSkew(url, {
        timeoutMs: 250,
        fetch: (to, request) => fetch(port === 0 ? to : to.replace(/:\d+/, `:${port}`), request),
      }),
    works: nothingToConnect,
    secrets: ['127.0.0.1'],
    heal: () => {
      port = 0
      heal()
    },
    faults: {
      'a clock that is ahead': {
        inject: () => {
          offsetMs = -60_000
        },
        expect: { text: 'clock ahead' },
      },
      'a clock that is a little behind': {
        inject: () => {
          offsetMs = 6000
        },
        expect: { status: 'DEGRADED', text: 'clock behind' },
      },
      'no answer': {
        inject: () => {
          silent = true
        },
        expect: { text: 'timed out after 250 ms' },
      },
      'a black-holed port': {
        inject: () => {
          port = silentPort.port
        },
        expect: { text: 'timed out after 250 ms' },
      },
      'a closed port': {
        inject: async () => {
          port = await closedPort()
        },
        expect: { text: 'connection refused' },
      },
      'no date': {
        inject: () => {
          date = ''
        },
        expect: { text: 'answer without a date' },
      },
      'a date that is none': {
        inject: () => {
          date = 'yesterday at 127.0.0.1'
        },
        expect: { text: 'answer without a date' },
      },
    },
    connections: () => acceptedBeyond(2, connections),
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe('clockSkew', () => {
  test.for([
    [0, 'UP'],
    [1900, 'UP'],
    [-1400, 'UP'],
    [4200, 'DEGRADED'],
    [-3200, 'DEGRADED'],
    [33_000, 'DOWN'],
    [-32_000, 'DOWN'],
  ] as const)('their clock %i ms ahead of ours is %s', async ([ahead, expected]) => {
    offsetMs = ahead
    try {
      const { status, data } = await run()
      expect(status).toBe(expected)
      const seen = data as { offsetMs: number; uncertaintyMs: number }
      expect(Math.abs(seen.offsetMs + ahead)).toBeLessThanOrEqual(seen.uncertaintyMs + 1)
    } finally {
      heal()
    }
  })

  test.for(['before', 'after'] as const)(
    'a slow round trip makes it less certain, not wrong (%s the date was taken)',
    async (when) => {
      heldBackMs[when] = 700
      try {
        const { status, data } = await run({ skewMs: { degradedAt: 1 } })
        expect(status).toBe('UP')
        expect((data as { uncertaintyMs: number }).uncertaintyMs).toBeGreaterThan(840)
      } finally {
        heal()
      }
    },
  )

  test('does not take the service out of rotation, and serves its result for a minute', async () => {
    offsetMs = 90_000
    try {
      const health = createHealth({ checks: { clock: clockSkew(url) } })
      const { status, checks } = await health.readiness()
      expect([status, checks.clock.status]).toEqual(['DEGRADED', 'DOWN'])
    } finally {
      heal()
    }
  })

  test('names all that is wrong with its options', () => {
    const options = { skewMs: { degradedAt: -1 }, fetch: 5, maxAgeMs: 7 } as unknown as ClockSkewCheckOptions
    expect(() => createHealth({ checks: { clock: clockSkew('ntp://time', options) } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.clock.skewMs.degradedAt: expected a number of milliseconds of at least 0, got -1',
          'checks.clock.url: expected an http: or https: URL without credentials, got a string of 10 characters',
          'checks.clock.fetch: expected a function, got 5',
          'checks.clock.maxAgeMs: expected an object, got 7',
        ],
      }),
    )
  })
})
