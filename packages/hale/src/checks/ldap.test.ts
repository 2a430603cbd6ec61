import { Attribute, Change, Client, type ClientOptions } from 'ldapts'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { closeAfterEach } from '../../../../tests/close-after-each.ts'
import { polling } from '../../../../tests/polling.ts'
import { type Certificate, createAuthority, opensslProgram } from '../../../../tests/servers/certificates.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { type SlapdServer, slapdProgram, startSlapd } from '../../../../tests/servers/slapd.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type ClientOf, type LdapCheckOptions, type LdapClient, ldap } from './ldap.ts'

const closing = closeAfterEach()

function opened(url: string, options: Partial<ClientOptions> = {}): Client {
  const client = new Client({ url, ...options })
  closing.push(() => client.unbind())
  return client
}

function asked(client: ClientOf<LdapClient>, options: LdapCheckOptions = {}) {
  const health = createHealth({ checks: { directory: ldap(client, { timeoutMs: 2_000, ...options }) } })
  return { run: () => health.check('directory').run() }
}

const eventually = polling({ timeout: 10_000, interval: 10 })

whenOwned(slapdProgram, 'ldap with a real server', () => {
  let server: SlapdServer
  beforeAll(async () => {
    server = await startSlapd()
  })
  afterAll(() => server.close())

  describe('keeps the contract of checks', () => {
    let client: Client
    let gate: TcpGate
    beforeAll(async () => {
      gate = await startTcpGate(server.port)
      client = new Client({ url: `ldap://127.0.0.1:${gate.port}`, autoRebind: true })
      await client.bind(server.service, server.password)
    })
    const setPassword = async (password: string) => {
      const administrator = new Client({ url: server.url })
      await administrator.bind(server.user, server.password)
      const modification = new Attribute({ type: 'userPassword', values: [password] })
      await administrator.modify(server.service, new Change({ operation: 'replace', modification }))
      await administrator.unbind()
    }
    afterAll(async () => {
      await client.unbind()
      await gate.close()
    })
    const cases = checkContract({
      create: () => ldap(client, { base: server.base, bound: true, timeoutMs: 200 }),
      secrets: () => [server.password, '127.0.0.1', String(gate.port), server.base, 'cn=service'],
      works: () => client.search(server.base, { scope: 'base' }),
      questions: () => gate.sent,
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200 }),
        ...serverFaults(() => server, { killed: /^connection (closed|refused|reset)$/ }),
        'a wrong password': {
          inject: async () => {
            await setPassword('another-Secret-0815')
            gate.drop()
            await eventually(() => client.isConnected).toBe(false)
          },
          heal: async () => {
            await setPassword(server.password)
            gate.drop()
          },
          // It is told but once: the client logs in anew with a new connection alone, and keeps the one that was refused.
          expect: { text: /^(authentication failed|permission denied)$/ },
        },
      },
      connections: () => gate.accepted,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('a connection that was made anew is anonymous, and DOWN where it must be bound', async () => {
    const client = opened(server.url)
    const { run } = asked(client)
    const { run: strict } = asked(() => client, { bound: true })
    expect(await strict()).toMatchObject({ status: 'DOWN', error: 'not bound', data: { bound: false } })
    await client.bind(server.user, server.password)
    expect(await strict()).toMatchObject({ status: 'UP', message: 'connected', data: { bound: true } })
    await server.restart()
    await eventually(run).toMatchObject({ status: 'UP', data: { bound: false } })
    expect((await strict()).status).toBe('DOWN')
  })

  describe('of questions that meet while the client connects', () => {
    const made = async () => {
      const gate = await startTcpGate(server.port)
      closing.push(() => gate.close())
      const client = opened(`ldap://127.0.0.1:${gate.port}`)
      const patient = { timeoutMs: 2_000 }
      const health = createHealth({
        checks: { root: ldap(client, patient), again: ldap(client, patient), third: ldap(client, patient) },
      })
      const lose = async () => {
        gate.drop()
        await eventually(() => client.isConnected).toBe(false)
      }
      return { gate, client, health, lose }
    }
    test('those of several checks are answered, on a fresh client and after a reset', async () => {
      const { gate, health, client, lose } = await made()
      for (let connections = 1; connections <= 3; connections++) {
        const runs = ['root', 'again', 'third'] as const
        const reports = await Promise.all(runs.map((name) => health.check(name).run()))
        expect(reports.map(({ status }) => status)).toEqual(['UP', 'UP', 'UP'])
        expect([gate.accepted, client.isConnected]).toEqual([connections, true])
        await lose()
      }
    })

    test('one of the application before ours is left alone', async () => {
      const { gate, health, client, lose } = await made()
      for (let connections = 1; connections <= 3; connections++) {
        const search = client.search('', { scope: 'base' })
        const report = await health.check('root').run()
        expect(report).toMatchObject({ status: 'UP', message: 'connected' })
        expect((await search).searchEntries).toHaveLength(1)
        expect(gate.accepted).toBe(connections)
        await lose()
      }
    })

    test('one of the application after ours does not keep the check DOWN', async () => {
      const { health, client, lose } = await made()
      for (let connections = 1; connections <= 3; connections++) {
        const run = health.check('root').run()
        // ldapts may lose it: nobody waits for it.
        client.search('', { scope: 'base' }).catch(() => {})
        expect((await run).status).toBe('UP')
        expect((await health.check('root').run()).status).toBe('UP')
        await lose()
      }
    })

    test('those of a client that was closed meanwhile are put again by the next run', async () => {
      const { gate, health, client } = await made()
      await gate.become('silent')
      const run = health.check('root').run()
      await client.unbind()
      await gate.become('well')
      expect((await health.check('again').run()).status).toBe('UP')
      expect((await run).status).toBe('DOWN')
      await eventually(async () => (await health.check('root').run()).status).toBe('UP')
    })
  })

  test('an entry that is missing, or may not be seen, is DOWN with a safe text', async () => {
    const client = opened(server.url)
    const { run } = asked(client, { base: server.base })
    const hidden = await run()
    expect(hidden).toMatchObject({ status: 'DOWN', error: 'permission denied' })
    expect(JSON.stringify(hidden)).not.toContain(server.base)
    await client.bind(server.user, server.password)
    expect((await run()).status).toBe('UP')
    const missing = asked(client, { base: `ou=nowhere,${server.base}` })
    expect(await missing.run()).toMatchObject({ status: 'DOWN', error: 'entry not found' })
    const wrong = asked(client, { base: 'no name' })
    expect((await wrong.run()).status).toBe('DOWN')
  })

  test('a wrong password is DOWN with a safe text', async () => {
    const made = async () => {
      const client = opened(server.url)
      await client.bind(server.user, 'wrong-Secret-0815')
      return client
    }
    const report = await asked(made).run()
    expect(report).toMatchObject({ status: 'DOWN', error: 'authentication failed' })
    expect(JSON.stringify(report)).not.toMatch(/ecret-/)
  })

  test('a frozen server is asked once, however often it is probed', async () => {
    let searches = 0
    class Counted extends Client {
      override search(...parameters: Parameters<Client['search']>) {
        searches++
        return super.search(...parameters)
      }
    }
    const client = new Counted({ url: server.url })
    closing.push(() => client.unbind())
    // Who connects on a busy machine needs longer than those probes wait.
    const patient = asked(client, { timeoutMs: 5_000 })
    const { run } = asked(client, { timeoutMs: 30, overlapAfterMs: 0 })
    await eventually(async () => (await patient.run()).status).toBe('UP')
    server.stop()
    const before = searches
    try {
      for (let probe = 0; probe < 20; probe++) expect((await run()).error).toBe('timed out after 30 ms')
      expect(searches - before).toBe(1)
    } finally {
      server.cont()
    }
    await eventually(async () => (await patient.run()).status).toBe('UP')
    await eventually(async () => (await run()).status).toBe('UP')
  })
})

whenOwned(opensslProgram, 'certificates for ldap', () => {
  whenOwned(slapdProgram, 'of a real server', () => {
    let certificate: Certificate
    let server: SlapdServer
    beforeAll(async () => {
      certificate = createAuthority().issue()
      server = await startSlapd({ certificate })
    })
    afterAll(() => server.close())

    test.for(['ldaps', 'STARTTLS'])('are judged over %s', async (kind) => {
      const options = { base: server.base, bound: true }
      const to = (tlsOptions: object) => async () => {
        const secured = { servername: 'localhost', ...tlsOptions }
        if (kind === 'ldaps') {
          const secure = opened(`ldaps://127.0.0.1:${server.tlsPort}`, { tlsOptions: secured })
          await secure.bind(server.user, server.password)
          return secure
        }
        const plain = opened(server.url)
        await plain.startTLS(secured)
        await plain.bind(server.user, server.password)
        return plain
      }
      const { ca } = certificate
      expect(await asked(to({ ca }), options).run()).toMatchObject({ status: 'UP', data: { bound: true } })
      for (const [tls, error] of [
        [{}, 'certificate not trusted'],
        [{ ca, servername: 'hidden.invalid' }, 'certificate does not match the host name'],
      ] as const) {
        const report = await asked(to(tls), options).run()
        expect(report).toMatchObject({ status: 'DOWN', error })
        expect(JSON.stringify(report)).not.toMatch(/Secret|hidden|planted/)
      }
    })

    test('of a server that is asked in the clear for TLS are DOWN', async () => {
      const clear = asked(opened(`ldaps://127.0.0.1:${server.port}`, { tlsOptions: { ca: certificate.ca } }))
      expect((await clear.run()).status).toBe('DOWN')
    })
  })
})

describe('ldap without a server', () => {
  test('no client yet, a port that refuses, one that is silent', async () => {
    expect(await asked(() => undefined).run()).toMatchObject({ status: 'DOWN', error: 'no client' })
    const refused = asked(opened(`ldap://127.0.0.1:${await closedPort()}`))
    expect(await refused.run()).toMatchObject({ status: 'DOWN', error: 'connection refused' })
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const url = `ldap://127.0.0.1:${silent.port}`
    const fresh = opened(url)
    const searches = vi.spyOn(fresh, 'search')
    const { run } = asked(fresh, { timeoutMs: 30, overlapAfterMs: 0 })
    for (let probe = 0; probe < 10; probe++) expect((await run()).error).toBe('timed out after 30 ms')
    expect(silent.accepted).toBe(1)
    // That which made it connect might have been lost, so there is another.
    expect(searches.mock.calls.length).toBeLessThanOrEqual(2)
    const impatient = asked(opened(url, { timeout: 30 }))
    expect((await impatient.run()).error).toBe('timed out waiting for an answer')
  })

  test('an entry that is not shown, and codes that are told by none, are DOWN', async () => {
    const client = (search: () => Promise<{ searchEntries: unknown[] }>) => ({
      isConnected: true,
      bind: () => {},
      search,
    })
    const empty = client(async () => ({ searchEntries: [] }))
    expect(await asked(empty).run()).toMatchObject({ status: 'DOWN', error: 'entry not found' })
    for (const [code, error] of [
      [51, 'server busy'],
      [13, 'TLS required by the server'],
      [99, 'check failed'],
    ] as const) {
      const failing = client(() => Promise.reject(Object.assign(new Error('hidden'), { code })))
      expect(await asked(failing).run()).toMatchObject({ status: 'DOWN', error })
    }
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const options = { base: 5, bound: 'yes', filter: 'x' } as object
    const make = () =>
      createHealth({ checks: { directory: ldap('ldap://hidden' as unknown as Client, options) } })
    for (const field of ['client', 'base', 'bound', 'filter'])
      expect(make).toThrow(`checks.directory.${field}:`)
    expect(make).not.toThrow(/hidden/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(ldap).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<Client>().toExtend<LdapClient>()
    // @ts-expect-error a dependency cannot restart the process
    ldap(() => undefined, { probes: ['liveness'] })
  })
})
