import type { Socket } from 'node:net'
import { createServer, type Server } from 'node:tls'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  type Authority,
  type Certificate,
  createAuthority,
  opensslProgram,
} from '../../../../tests/servers/certificates.ts'
import { closedPort, startFaultyTcp, type TcpServer } from '../../../../tests/servers/faulty-tcp.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type TlsCheckOptions, tls } from './tls.ts'

whenOwned(opensslProgram, 'tls', () => {
  let authority: Authority
  let well: Certificate
  let expired: Certificate
  let other: Certificate
  let server: Server
  const sockets = new Set<Socket>()
  const faulty: TcpServer[] = []
  let address = { host: 'localhost', port: 0 }
  let port = 0

  beforeAll(async () => {
    authority = createAuthority()
    well = authority.issue({ days: 30 })
    expired = authority.issue({ expired: true })
    other = authority.issue({ hosts: ['planted.invalid'] })
    server = createServer({ key: well.key, cert: well.cert })
    server
      .on('tlsClientError', () => {})
      .on('connection', (socket: Socket) => {
        sockets.add(socket)
        socket.on('close', () => sockets.delete(socket))
      })
    await new Promise<void>((resolve) => server.listen(0, resolve))
    port = (server.address() as { port: number }).port
    address = { host: 'localhost', port }
  })
  afterAll(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await Promise.all(faulty.map((each) => each.close()))
  })

  const use = ({ key, cert }: Certificate) => server.setSecureContext({ key, cert })
  const heal = () => {
    use(well)
    address = { host: 'localhost', port }
  }
  const run = (options: TlsCheckOptions = {}) =>
    createHealth({ checks: { tls: tls(() => address, { timeoutMs: 5000, ca: authority.ca, ...options }) } })
      .check('tls')
      .run()
  const become = (fault: Parameters<typeof startFaultyTcp>[0]) => async () => {
    const each = await startFaultyTcp(fault)
    faulty.push(each)
    address = { host: '127.0.0.1', port: each.port }
  }

  const cases = checkContract({
    create: () =>
      tls(() => address, {
        timeoutMs: 300,
        ca: authority.ca,
        daysLeft: { degradedAt: 1 },
        maxAgeMs: { up: 0 },
      }),
    secrets: ['localhost', '127.0.0.1', 'planted.invalid', 'hale test authority'],
    heal,
    faults: {
      'an expired certificate': { inject: () => use(expired), expect: { text: 'certificate expired' } },
      "another host's certificate": {
        inject: () => use(other),
        expect: { text: 'certificate does not match the host name' },
      },
      'an untrusted chain': {
        inject: () => use(authority.selfSigned()),
        expect: { text: 'certificate not trusted' },
      },
      'a black-holed port': {
        inject: become({ kind: 'silent' }),
        expect: { text: 'timed out after 300 ms' },
      },
      'no TLS at all': {
        inject: become({ kind: 'says', bytes: 'HTTP/1.1 400 Bad Request\r\n\r\n' }),
        expect: { text: 'TLS handshake failed' },
      },
      'a reset': {
        inject: become({ kind: 'reset', after: 'data' }),
        expect: { text: /^connection (reset|closed)$/ },
      },
      'a closed port': {
        inject: async () => {
          address = { host: '127.0.0.1', port: await closedPort() }
        },
        expect: { text: 'connection refused' },
      },
    },
    connections: async () => {
      await expect.poll(() => sockets.size).toBe(0)
      return sockets.size
    },
    probes: 200,
  })
  test.each(cases)('$name', { timeout: 60_000 }, ({ run }) => run())

  test('looks at the whole chain: the authority ends before the certificate does', async () => {
    const report = await run({ daysLeft: { degradedAt: 1 } })
    expect([report.status, report.message]).toEqual(['UP', 'certificate valid'])
    const { daysLeft, certificateDaysLeft } = report.data as Record<string, number>
    expect(daysLeft).toBeGreaterThan(1.9)
    expect(daysLeft).toBeLessThanOrEqual(2)
    expect(certificateDaysLeft).toBeGreaterThan(29.9)
    expect(certificateDaysLeft).toBeLessThanOrEqual(30)
  })

  test.for<[TlsCheckOptions['daysLeft'], string]>([
    [undefined, 'DEGRADED'],
    [{ degradedAt: 3 }, 'DEGRADED'],
    [{ degradedAt: 5, downAt: 3 }, 'DOWN'],
    [{ degradedAt: 1, downAt: 0.5 }, 'UP'],
  ])('with daysLeft %o two days are %s', async ([daysLeft, status]) => {
    const report = await run(daysLeft === undefined ? {} : { daysLeft })
    expect(report.status).toBe(status)
    if (status !== 'UP') expect(report.message ?? report.error).toBe('certificate expires soon')
  })

  test('asks for the name it is told to, also of an address', async () => {
    address = { host: '127.0.0.1', port }
    try {
      expect((await run()).error).toBe('certificate does not match the host name')
      expect((await run({ servername: 'localhost', daysLeft: { degradedAt: 1 } })).status).toBe('UP')
    } finally {
      heal()
    }
  })

  test('is not switched off with NODE_TLS_REJECT_UNAUTHORIZED', async () => {
    use(authority.selfSigned())
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    try {
      expect((await run()).error).toBe('certificate not trusted')
    } finally {
      vi.unstubAllEnvs()
      heal()
    }
  })

  test('names all that is wrong with its options', () => {
    const options = { daysLeft: { degradedAt: 1, downAt: 5 }, servername: 5, rejectUnauthorized: false }
    expect(() => createHealth({ checks: { a: tls({ host: 'a' } as never, options as never) } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.a.address.port: expected a whole number between 1 and 65535, got null',
          'checks.a.servername: expected a string, got 5',
          'checks.a.daysLeft.downAt: expected at most degradedAt (1), got 5',
          expect.stringContaining('checks.a.rejectUnauthorized: unknown option'),
        ],
      }),
    )
  })
})
