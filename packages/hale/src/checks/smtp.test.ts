import { createTransport } from 'nodemailer'
import type SMTPTransport from 'nodemailer/lib/smtp-transport'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { polling } from '../../../../tests/polling.ts'
import { type Certificate, createAuthority, opensslProgram } from '../../../../tests/servers/certificates.ts'
import { closedPort, startFaultyTcp, type TcpFault } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { openConnections } from '../../../../tests/servers/open-connections.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { type SmtpServer, smtpProgram, startSmtp } from '../../../../tests/servers/smtp.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import type { CheckDefinition } from '../core/check.ts'
import { systemClock } from '../core/clock.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type ClientOf, type SmtpCheckOptions, type SmtpTransporter, smtp } from './smtp.ts'

function asked(transporter: ClientOf<SmtpTransporter>, options: SmtpCheckOptions = {}) {
  const health = createHealth({ checks: { mail: smtp(transporter, { timeoutMs: 2_000, ...options }) } })
  return { run: () => health.check('mail').run() }
}

function transporterOf(verify: () => Promise<unknown>): SmtpTransporter {
  return { verify, sendMail: () => {} }
}

const eventually = polling({ timeout: 10_000, interval: 10 })

whenOwned(smtpProgram, 'smtp with a real server', () => {
  let server: SmtpServer
  let gate: TcpGate
  beforeAll(async () => {
    server = await startSmtp()
    gate = await startTcpGate(server.port)
  })
  afterAll(async () => {
    await gate.close()
    await server.close()
  })

  const transport = (options: SMTPTransport.Options = {}) =>
    createTransport({
      host: '127.0.0.1',
      port: server.port,
      auth: { user: server.user, pass: server.password },
      ...options,
    })

  describe('keeps the contract of checks', () => {
    // How many connections are made has a test of its own: the contract's probes do not heed a result's age.
    const cases = checkContract({
      create: () => smtp(transport({ port: gate.port }), { timeoutMs: 300 }),
      secrets: () => [server.password, '127.0.0.1', String(gate.port), 'AUTH'],
      works: () => transport({ port: gate.port }).verify(),
      questions: () => gate.sent,
      faults: {
        // It asks three times in a run, and each answer is late.
        ...gateFaults(() => gate, { timeoutMs: 150 }),
        ...serverFaults(() => server, { killed: /^connection (refused|reset)$/ }),
        'a wrong password': {
          inject: () => server.setPassword('another-Secret-0815'),
          heal: () => server.setPassword(server.password),
          expect: { text: 'authentication failed' },
        },
      },
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('2,000 probes make one connection, which does not stay', async () => {
    const transporter = transport({ pool: true } as SMTPTransport.Options)
    let verified = 0
    const verify = () => {
      verified++
      return transporter.verify()
    }
    let skewMs = 0
    const clock = { ...systemClock, now: () => systemClock.now() + skewMs }
    const health = createHealth({
      checks: { mail: smtp(transporterOf(verify), { timeoutMs: 2_000 }) },
      clock,
    })
    for (let probe = 0; probe < 2_000; probe++) {
      expect((await health.readiness()).status).toBe('UP')
      skewMs += 25
    }
    expect(health.check('mail').report().message).toBe('ready to send')
    expect(verified).toBe(1)
    await eventually(() => openConnections(server.port)).toBe(0)
  })

  test('a frozen server costs one connection, however often it is probed', async () => {
    const transporter = transport()
    // Who connects on a busy machine needs longer than those probes wait.
    const patient = asked(transporter, { timeoutMs: 5_000 })
    const { run } = asked(transporter, { timeoutMs: 20, overlapAfterMs: 0 })
    await eventually(async () => (await patient.run()).status).toBe('UP')
    await eventually(() => openConnections(server.port)).toBe(0)
    server.stop()
    try {
      for (let probe = 0; probe < 20; probe++) expect((await run()).error).toBe('timed out after 20 ms')
      expect(openConnections(server.port)).toBe(1)
    } finally {
      server.cont()
    }
    await eventually(async () => (await patient.run()).status).toBe('UP')
    await eventually(async () => (await run()).status).toBe('UP')
    await eventually(() => openConnections(server.port)).toBe(0)
  })

  test.for([
    ['a wrong password', { auth: { user: 'hale', pass: 'wrong-Secret-0815' } }, 'authentication failed'],
    ['a server without TLS', { secure: true }, 'TLS handshake failed'],
    ['a server without STARTTLS', { requireTLS: true }, 'TLS handshake failed'],
    [
      'a host that does not exist',
      { host: 'nonexistent.invalid' },
      /^(host name not found|name resolution failed)$/,
    ],
  ] as const)('%s is DOWN with a safe text', async ([, options, error]) => {
    const report = await asked(transport(options)).run()
    expect(report).toMatchObject({ status: 'DOWN', error: expect.stringMatching(error) })
    expect(JSON.stringify(report)).not.toMatch(/ecret-|invalid/)
  })
})

whenOwned(opensslProgram, 'certificates for smtp', () => {
  const user = { user: 'hale', pass: 'planted-Secret-4711' }

  whenOwned(smtpProgram, 'of a real server', () => {
    let certificate: Certificate
    let expired: Certificate
    beforeAll(() => {
      const authority = createAuthority()
      certificate = authority.issue()
      expired = authority.issue({ expired: true })
    })

    test.for(['connect', 'starttls'] as const)('are judged with TLS from %s on', async (from) => {
      await using server = await startSmtp({ tls: { from, certificate } })
      const to = (tls: object) =>
        createTransport({
          ...{ host: '127.0.0.1', port: server.port, auth: user },
          ...(from === 'connect' ? { secure: true } : { requireTLS: true }),
          tls: { servername: 'localhost', ...tls },
        })
      const { ca } = certificate
      expect(await asked(to({ ca })).run()).toMatchObject({ status: 'UP', message: 'ready to send' })
      for (const [tls, error] of [
        [{}, 'certificate not trusted'],
        [{ ca, servername: 'hidden.invalid' }, 'certificate does not match the host name'],
      ] as const) {
        const report = await asked(to(tls)).run()
        expect(report).toMatchObject({ status: 'DOWN', error })
        expect(JSON.stringify(report)).not.toMatch(/Secret|hidden|altnames|verify/)
      }
      await eventually(() => openConnections(server.port)).toBe(0)
    })

    test('are DOWN when their time is over', async () => {
      await using server = await startSmtp({ tls: { from: 'connect', certificate: expired } })
      const tls = { servername: 'localhost', ca: expired.ca }
      const transporter = createTransport({ host: '127.0.0.1', port: server.port, secure: true, tls })
      expect(await asked(transporter).run()).toMatchObject({ status: 'DOWN', error: 'certificate expired' })
    })
  })
})

describe('smtp without a server', () => {
  test('what older versions say of a certificate is known by its message', async () => {
    for (const [message, error] of [
      ['certificate has expired', 'certificate expired'],
      ['self-signed certificate in certificate chain', 'certificate not trusted'],
      ['self signed certificate', 'certificate not trusted'],
      ['unable to verify the first certificate', 'certificate not trusted'],
      ['unable to get local issuer certificate', 'certificate not trusted'],
      [
        "Hostname/IP does not match certificate's altnames: hidden",
        'certificate does not match the host name',
      ],
      ['hidden', 'connection failed'],
    ] as const) {
      const verify = () => Promise.reject(Object.assign(new Error(message), { code: 'ESOCKET' }))
      expect(await asked(transporterOf(verify)).run()).toMatchObject({ status: 'DOWN', error })
    }
  })

  test('a server that cannot ask for the password is told from one that refuses it', async () => {
    // As nodemailer throws what Postfix 3.7 says while its SASL does not work.
    const said = '454 4.7.0 Temporary authentication failure: hidden'
    const of = (responseCode: number) => () =>
      Promise.reject(
        Object.assign(new Error(`Invalid login: ${said}`), {
          ...{ code: 'EAUTH', response: said, responseCode, command: 'AUTH PLAIN' },
        }),
      )
    for (const [responseCode, error] of [
      [454, 'authentication not available'],
      [535, 'authentication failed'],
    ] as const)
      expect(await asked(transporterOf(of(responseCode))).run()).toMatchObject({ status: 'DOWN', error })
  })

  const at = (port: number) =>
    createTransport({ host: '127.0.0.1', port, connectionTimeout: 400, greetingTimeout: 400 })

  test('no transporter yet, and a port that refuses', async () => {
    expect(await asked(() => undefined).run()).toMatchObject({ status: 'DOWN', error: 'no client' })
    const port = await closedPort()
    expect(await asked(() => at(port)).run()).toMatchObject({ status: 'DOWN', error: 'connection refused' })
  })

  test.for([
    ['is silent', { kind: 'silent' }, 'connection timed out'],
    ['resets', { kind: 'reset' }, 'connection reset'],
    ['closes', { kind: 'close' }, 'connection closed'],
    ['is too busy', { kind: 'says', bytes: '421 hidden\r\n' }, 'service not available'],
    [
      'speaks something else',
      { kind: 'says', bytes: 'HTTP/1.1 200 hidden\r\n\r\n' },
      'answer not as expected',
    ],
  ] as const satisfies [string, TcpFault, string][])('a server that %s is DOWN', async ([, fault, error]) => {
    await using server = await startFaultyTcp(fault)
    const report = await asked(at(server.port)).run()
    expect(report).toMatchObject({ status: 'DOWN', error })
    expect(JSON.stringify(report)).not.toMatch(/hidden/)
    await eventually(() => server.open).toBe(0)
  })

  test('a result serves a minute, or as long as you say', () => {
    const ages = (options: SmtpCheckOptions) => smtp(() => undefined, options).options
    expect(ages({})).toEqual({ maxAgeMs: { up: 60_000, down: 10_000 } })
    expect(ages({ maxAgeMs: { up: 5 } })).toEqual({ maxAgeMs: { up: 5, down: 10_000 } })
  })

  test('a transporter that says that it is not ready is DOWN', async () => {
    const unready = transporterOf(async () => false)
    expect(await asked(unready).run()).toMatchObject({ error: 'not ready to send' })
    const odd = transporterOf(() =>
      Promise.reject(Object.assign(new Error('hidden'), { code: 'ESOCKET', errno: -9e9 })),
    )
    expect(await asked(odd).run()).toMatchObject({ error: 'connection failed' })
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const make = () =>
      createHealth({
        checks: {
          mail: smtp('smtp://hidden' as unknown as SmtpTransporter, { maxAgeMs: 5, to: 1 } as object),
        },
      })
    for (const field of ['transporter', 'maxAgeMs', 'to']) expect(make).toThrow(`checks.mail.${field}:`)
    expect(make).not.toThrow(/hidden/)
  })

  test('what cannot verify is no transporter, whatever it is called', () => {
    const make = (transporter: unknown) => () =>
      createHealth({ checks: { mail: smtp(transporter as SmtpTransporter) } })
    // Such as of tokens, and of nodemailer what only hands messages over.
    for (const other of [{ verify: () => true, sign: () => '' }, createTransport({ jsonTransport: true })])
      expect(make(other)).toThrow(/transporter: expected a transporter of nodemailer that can verify/)
    expect(make(createTransport({ host: '127.0.0.1' }))).not.toThrow()
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(smtp).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    // @ts-expect-error a dependency cannot restart the process
    smtp(() => undefined, { probes: ['liveness'] })
  })
})
