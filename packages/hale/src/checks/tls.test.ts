import type { Socket } from 'node:net'
import { createServer, type Server } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type Authority,
  type Certificate,
  createAuthority,
  opensslProgram,
} from '../../../../tests/servers/certificates.ts'
import { closedPort, startFaultyTcp, type TcpServer } from '../../../../tests/servers/faulty-tcp.ts'
import { faultsOfPeer, type Peer, startPeer } from '../../../../tests/servers/peer.ts'
import { startTalker } from '../../../../tests/servers/talker.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
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
  let accepted = 0

  beforeAll(async () => {
    authority = createAuthority()
    well = authority.issue({ days: 30 })
    expired = authority.issue({ expired: true })
    other = authority.issue({ hosts: ['planted.invalid'] })
    server = createServer({ key: well.key, cert: well.cert })
    server
      .on('tlsClientError', () => {})
      .on('connection', (socket: Socket) => {
        accepted++
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

  describe('keeps the contract of checks', () => {
    let peer: Peer
    beforeAll(async () => {
      peer = await startPeer('tls', { slowMs: 1000, certificate: well })
    })
    afterAll(() => peer[Symbol.asyncDispose]())
    const ofPeer = checkContract({
      create: () =>
        tls(() => ({ host: '127.0.0.1', port: peer.port }), {
          timeoutMs: 300,
          ca: authority.ca,
          servername: 'localhost',
          daysLeft: { degradedAt: 1 },
          maxAgeMs: { up: 0 },
        }),
      works: nothingToConnect,
      secrets: ['localhost', '127.0.0.1', 'hale test authority'],
      faults: faultsOfPeer(() => peer, { killed: 'connection refused' }),
    })
    test.each(ofPeer)('in a process of its own: $name', { timeout: 120_000 }, ({ run }) => run())

    const cases = checkContract({
      create: () =>
        tls(() => address, {
          timeoutMs: 300,
          ca: authority.ca,
          daysLeft: { degradedAt: 1 },
        }),
      works: nothingToConnect,
      secrets: ['localhost', '127.0.0.1', 'planted.invalid', 'hale test authority'],
      heal,
      questions: () => accepted,
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
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

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
    const warnings: string[] = []
    const onWarning = ({ message }: Error) => void warnings.push(message)
    process.on('warning', onWarning)
    try {
      expect((await run()).error).toBe('certificate does not match the host name')
      // Node warns of an address as the name to ask for.
      expect(warnings).toEqual([])
      expect((await run({ servername: 'localhost', daysLeft: { degradedAt: 1 } })).status).toBe('UP')
    } finally {
      process.removeListener('warning', onWarning)
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

  test('leaves no connection to a server that never answers', async () => {
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const health = createHealth({ checks: { tls: tls(silent, { timeoutMs: 100 }) } })
    expect((await health.check('tls').run()).error).toBe('timed out after 100 ms')
    await expect.poll(() => silent.open).toBe(0)
    expect(silent.accepted).toBe(1)
  })

  test('the server, whose last word comes after the handshake, is not reset', async () => {
    await using talker = await startTalker({ certificate: well })
    const options = { ca: authority.ca, servername: 'localhost', timeoutMs: 5_000 }
    const health = createHealth({ checks: { tls: tls(talker, options) } })
    for (let probe = 0; probe < 20; probe++)
      expect((await health.check('tls').run()).data).toMatchObject({ daysLeft: expect.any(Number) })
    await expect.poll(() => talker.endings).toEqual(Array(20).fill('in good order'))
  })

  test('a good result serves for a minute, unless another age is given', () => {
    const ageOf = (maxAgeMs?: { up?: number; down?: number }) =>
      tls(address, maxAgeMs === undefined ? {} : { maxAgeMs }).options
    expect(ageOf()).toEqual({ maxAgeMs: { up: 60_000 } })
    expect(ageOf({ down: 5 })).toEqual({ maxAgeMs: { up: 60_000, down: 5 } })
    expect(ageOf({ up: 10 })).toEqual({ maxAgeMs: { up: 10 } })
  })

  test('a certificate of its own that cannot be used is not told as if it were the server that failed', async () => {
    const begin = '-----BEGIN CERTIFICATE-----\nplanted\n-----END CERTIFICATE-----\n'
    expect((await run({ cert: begin, key: well.key })).error).toBe('own certificate or key not usable')
    expect((await run({ cert: expired.cert, key: well.key })).error).toBe('own certificate or key not usable')
    const used = await run({ cert: other.cert, key: other.key, daysLeft: { degradedAt: 1 } })
    expect(used.status).toBe('UP')
  })

  test('names all that is wrong with its options', () => {
    const options = {
      daysLeft: { degradedAt: 1, downAt: 5 },
      servername: 5,
      ca: '/etc/ssl/ca.pem',
      cert: Buffer.from('no PEM'),
      rejectUnauthorized: false,
    }
    const address = { host: 'a', port: 443 }
    expect(() =>
      createHealth({
        checks: {
          a: tls({ host: 'a' } as never, options as never),
          b: tls(address, { ca: [], key: '-----BEGIN PRIVATE KEY-----', servername: '10.0.0.7' }),
          c: tls(address, { ca: [authority.ca, Buffer.from(authority.ca)], cert: well.cert, key: well.key }),
        },
      }),
    ).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.a.address.port: expected a whole number between 1 and 65535, got null',
          'checks.a.servername: expected a string, got 5',
          'checks.a.ca: expected PEM (-----BEGIN …), got a string of 15 characters',
          'checks.a.cert: expected PEM (-----BEGIN …), got an object',
          'checks.a.key: expected too, since a certificate goes with its key',
          'checks.a.daysLeft.downAt: expected at most degradedAt (1), got 5',
          expect.stringContaining('checks.a.rejectUnauthorized: unknown option'),
          'checks.b.servername: expected a host name, got an address, which TLS has no way to ask for',
          'checks.b.ca: expected PEM (-----BEGIN …), got an array',
          'checks.b.cert: expected too, since a certificate goes with its key',
        ],
      }),
    )
  })
})
