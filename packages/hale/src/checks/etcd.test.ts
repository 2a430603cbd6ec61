import { ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import { Etcd3, type IOptions, isRecoverableError } from 'etcd3'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { closeAfterEach } from '../../../../tests/close-after-each.ts'
import { polling } from '../../../../tests/polling.ts'
import { type EtcdCluster, etcdProgram, startEtcd } from '../../../../tests/servers/etcd.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { type ClientOf, type EtcdCheckOptions, type EtcdClient, etcd } from './etcd.ts'

const closing = closeAfterEach()

function opened(hosts: string | string[], options: Partial<IOptions> = {}): Etcd3 {
  const client = new Etcd3({ hosts, ...options })
  closing.push(() => client.close())
  return client
}

function asked(client: ClientOf<EtcdClient>, options: EtcdCheckOptions = {}) {
  const health = createHealth({ checks: { etcd: etcd(client, { timeoutMs: 2_000, ...options }) } })
  return { run: () => health.check('etcd').run() }
}

const eventually = polling({ timeout: 10_000, interval: 20 })

whenOwned(etcdProgram, 'etcd with a real server', () => {
  let cluster: EtcdCluster
  let member: EtcdCluster['members'][number]
  beforeAll(async () => {
    cluster = await startEtcd()
    member = cluster.members[0] as typeof member
  })
  afterAll(() => cluster.close())

  describe('keeps the contract of checks', () => {
    let client: Etcd3
    let gate: TcpGate
    beforeAll(async () => {
      gate = await startTcpGate(member.port)
      // As the client does by itself, but for a fifth of a second instead of five.
      const patience = { halfOpenAfter: 200, breaker: new ConsecutiveBreaker(3) }
      client = new Etcd3({
        hosts: `http://127.0.0.1:${gate.port}`,
        faultHandling: { host: () => circuitBreaker(handleWhen(isRecoverableError), patience) },
        grpcOptions: { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 100 },
      })
    })
    afterAll(async () => {
      client.close()
      await gate.close()
    })
    const lost = /^(connection (failed|closed)|not connected)$/
    const cases = checkContract({
      create: () => etcd(client, { timeoutMs: 200 }),
      secrets: () => ['127.0.0.1', String(gate.port)],
      works: () => client.get('anything'),
      questions: () => gate.sent,
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200, cut: lost }),
        ...serverFaults(() => member, { killed: lost }),
      },
      connections: () => gate.accepted,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('sizes are numbers, graded, and nothing is written', async () => {
    const client = opened(member.url)
    const before = await client.maintenance.status()
    expect(await asked(client).run()).toMatchObject({
      status: 'UP',
      message: 'connected',
      data: { sizeBytes: Number(before.dbSize), usedBytes: expect.any(Number) },
    })
    const large = asked(client, { sizeBytes: { degradedAt: 1_000, downAt: 1e9 } })
    expect(await large.run()).toMatchObject({ status: 'DEGRADED', message: 'database large' })
    const tooLarge = asked(async () => client, { sizeBytes: { downAt: 1_000 } })
    expect(await tooLarge.run()).toMatchObject({ status: 'DOWN', error: 'database large' })
    const after = await client.maintenance.status()
    expect(after.header.revision).toBe(before.header.revision)
  })

  test('a login at a server that asks for none is told', async () => {
    const client = opened(member.url, { auth: { username: 'hale', password: 'hidden-Secret-0815' } })
    const report = await asked(client).run()
    expect(report).toMatchObject({ status: 'DOWN', error: 'authentication not enabled' })
    expect(JSON.stringify(report)).not.toMatch(/ecret-/)
  })

  test('a probe that times out does not make the client leave the server alone', async () => {
    const client = opened(member.url)
    // Who connects on a busy machine needs longer than those probes wait.
    await eventually(async () => (await asked(client, { timeoutMs: 5_000 }).run()).status).toBe('UP')
    const { run } = asked(client, { timeoutMs: 30, overlapAfterMs: 0 })
    member.stop()
    try {
      for (let probe = 0; probe < 10; probe++) expect((await run()).error).toBe('timed out after 30 ms')
    } finally {
      member.cont()
    }
    await client.get('anything')
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('a cluster without a quorum is DOWN, and one with it is UP', { timeout: 30_000 }, async () => {
    await using three = await startEtcd({ members: 3 })
    const [first, second, third] = three.members
    const { run } = asked(opened(first?.url ?? ''), { timeoutMs: 500 })
    await eventually(async () => (await run()).status).toBe('UP')
    await third?.kill()
    await eventually(async () => (await run()).status).toBe('UP')
    await second?.kill()
    await eventually(run).toMatchObject({ status: 'DOWN', error: 'no leader' })
    await second?.restart()
    await eventually(async () => (await run()).status).toBe('UP')
  })

  test('a database that has reached its quota is DEGRADED: it is read, not written', async () => {
    await using small = await startEtcd({ quotaBytes: 200_000 })
    const url = small.members[0]?.url ?? ''
    // Apart from the check's: a client leaves a host that refuses alone for 5 s.
    const client = opened(url)
    const { run } = asked(opened(url))
    await eventually(async () => (await run()).status).toBe('UP')
    const fill = async () => {
      // It looks at what has been committed, which is a tenth of a second behind.
      for (let put = 0; put < 200; put++) await client.put(`key-${put}`).value('x'.repeat(150_000))
    }
    await expect(fill()).rejects.toThrow(/space/)
    await eventually(run).toMatchObject({ status: 'DEGRADED', message: 'no space left' })
  })

  describe('with passwords', () => {
    const password = 'planted-Secret-4711'
    let own: EtcdCluster
    let url: string
    let admin: Etcd3
    let reader: Etcd3
    const as = (username: string, given: string) =>
      new Etcd3({ hosts: url, auth: { username, password: given } })
    beforeAll(async () => {
      own = await startEtcd()
      url = own.members[0]?.url ?? ''
      const nobody = opened(url)
      closing.pop()
      await nobody.role('root').create()
      const root = await nobody.user('root').create(password)
      await root.addRole('root')
      await nobody.user('reader').create(password)
      await nobody.auth.authEnable()
      nobody.close()
      admin = as('root', password)
      reader = as('reader', password)
    })
    afterAll(async () => {
      admin.close()
      reader.close()
      await own.close()
    })

    test('a user who may read nothing is enough, a wrong password is not', async () => {
      for (const client of [admin, reader]) expect(await asked(client).run()).toMatchObject({ status: 'UP' })
      const denied = as('reader', 'wrong-Secret-0815')
      closing.push(() => denied.close())
      const report = await asked(denied).run()
      expect(report).toMatchObject({ status: 'DOWN', error: 'authentication failed' })
      expect(JSON.stringify(report)).not.toMatch(/ecret-/)
    })

    const cases = checkContract({
      // A password is slow to look at, on a busy machine more so.
      create: () => etcd(reader, { timeoutMs: 1_500 }),
      secrets: () => [password, '127.0.0.1', url],
      works: () =>
        reader.get('anything').catch((error: Error) => {
          // It may read nothing, which only those are told who are known.
          if (!/permission denied/.test(error.message)) throw error
        }),
      faults: {
        'a wrong password': {
          inject: () => admin.user('reader').setPassword('another-Secret-0815'),
          heal: () => admin.user('reader').setPassword(password),
          expect: { text: 'authentication failed' },
        },
      },
    })
    test.each(cases)('keeps the contract of checks: $name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('a client that was closed says so', async () => {
    const client = opened(member.url)
    client.close()
    expect(await asked(client).run()).toMatchObject({ status: 'DOWN', error: 'client closed' })
  })
})

describe('etcd without a server', () => {
  test('no client yet, a port that refuses, one that is silent', async () => {
    expect(await asked(() => undefined).run()).toMatchObject({ status: 'DOWN', error: 'no client' })
    const refused = asked(opened(`http://127.0.0.1:${await closedPort()}`))
    expect(await refused.run()).toMatchObject({ status: 'DOWN', error: 'connection failed' })
    expect(await refused.run()).toMatchObject({ status: 'DOWN', error: 'not connected' })
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const { run } = asked(opened(`http://127.0.0.1:${silent.port}`), { timeoutMs: 30, overlapAfterMs: 0 })
    for (let probe = 0; probe < 10; probe++) expect((await run()).error).toBe('timed out after 30 ms')
    expect(silent.accepted).toBeLessThanOrEqual(1)
  })

  test('corruption is DOWN', async () => {
    const status = { leader: '1', dbSize: '5', dbSizeInUse: '4', errors: ['memberID:1 alarm:CORRUPT '] }
    const client = { get: () => ({ exec: async () => ({}) }), maintenance: { status: async () => status } }
    expect(await asked(client).run()).toMatchObject({
      status: 'DOWN',
      error: 'database corrupt',
      data: { usedBytes: 4 },
    })
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const make = () =>
      createHealth({
        checks: {
          etcd: etcd('http://hidden' as unknown as Etcd3, { sizeBytes: { at: 1 }, key: 1 } as object),
        },
      })
    for (const field of ['client', 'sizeBytes.at', 'key']) expect(make).toThrow(`checks.etcd.${field}:`)
    expect(make).not.toThrow(/hidden/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(etcd).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    // @ts-expect-error a dependency cannot restart the process
    etcd(() => undefined, { probes: ['liveness'] })
  })
})
