import { createHealth } from 'hale'
import { expect, it } from 'vitest'
import { etcdProgram, startEtcd } from '../../../../tests/servers/etcd.ts'
import { mariadbProgram, startMariadb } from '../../../../tests/servers/mariadb.ts'
import { memcachedProgram, startMemcached } from '../../../../tests/servers/memcached.ts'
import { mosquittoProgram, startMosquitto } from '../../../../tests/servers/mosquitto.ts'
import { natsProgram, startNats } from '../../../../tests/servers/nats.ts'
import { postgresProgram, startPostgres } from '../../../../tests/servers/postgres.ts'
import type { Wanted } from '../../../../tests/servers/provide.ts'
import { redisProgram, startRedis } from '../../../../tests/servers/redis.ts'
import { slapdProgram, startSlapd } from '../../../../tests/servers/slapd.ts'
import { smtpProgram, startSmtp } from '../../../../tests/servers/smtp.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import { parseDefinition } from '../definition/load-definition.ts'
import { closeAll, definitionsOf, makeChecks, startAll } from './make-checks.ts'

interface Started extends Partial<AsyncDisposable> {
  close?(): Promise<void>
}

interface Login {
  readonly url: string
  readonly port: number
  readonly user: string
  readonly password: string
}

const login = ({ user, password, port }: Login): string => `${user}:${password}@127.0.0.1:${port}`

// Redis is in tests/cli-serve.test.ts. RabbitMQ and ZooKeeper were tried here too, and are slow to start.
const rows: readonly (readonly [
  type: string,
  program: Wanted,
  start: () => Promise<Started>,
  fieldsFor: (server: Login) => string,
  expected?: { readonly status: string; readonly [more: string]: unknown },
])[] = [
  ['postgres', postgresProgram, startPostgres, ({ url }) => `url: "${url}"`],
  ['mysql', mariadbProgram, startMariadb, ({ url }) => `url: "${url}"`],
  ['bullmq', redisProgram, startRedis, ({ url }) => `url: "${url}", queue: jobs`],
  ['memcached', memcachedProgram, startMemcached, ({ port }) => `servers: ["127.0.0.1:${port}"]`],
  ['nats', natsProgram, startNats, ({ url }) => `url: "${url}"`],
  [
    'nats',
    natsProgram,
    () => startNats({ account: 'jetstream: { max_streams: 2 }' }),
    ({ url }) => `url: "${url}", usage: { degradedAt: 0 }`,
    { status: 'DEGRADED', message: 'JetStream almost full', data: { streams: 0, share: 0 } },
  ],
  ...[{ account: 'jetstream: disabled' }, { jetStream: false }].map(
    (without) =>
      [
        'nats',
        natsProgram,
        () => startNats(without),
        ({ url }: Login) => `url: "${url}", usage: { degradedAt: 0.9 }`,
        { status: 'DOWN', error: 'JetStream not available' },
      ] as const,
  ),
  ['mqtt', mosquittoProgram, startMosquitto, (server) => `url: "mqtt://${login(server)}"`],
  ['etcd', etcdProgram, startFirstEtcd, ({ url }) => `servers: ["${url}"]`],
  [
    'ldap',
    slapdProgram,
    startSlapd,
    ({ url, user, password }) => `url: "${url}", bindDn: "${user}", password: "${password}", bound: true`,
  ],
  ['smtp', smtpProgram, startSmtp, (server) => `url: "smtp://${login(server)}"`],
]

async function startFirstEtcd(): Promise<Started> {
  const cluster = await startEtcd()
  return Object.assign(cluster, { url: cluster.members[0]?.url })
}

for (const [type, program, start, fieldsFor, expected = { status: 'UP' }] of rows) {
  whenOwned(program, `a check of hale.yaml, ${type}`, () => {
    it(`is ${expected.status} with a real server, and its client is ended`, async () => {
      const server = await start()
      const entry = `{ type: ${type}, ${fieldsFor(server as Started & Login)}, timeoutMs: 3000 }`
      const { definition, places, problems } = parseDefinition(`checks: { it: ${entry} }`, '/', { env: {} })
      expect(problems).toEqual([])
      const { made } = await makeChecks(definition?.checks ?? {}, { folder: process.cwd(), places })
      startAll(made.values())
      const health = createHealth({ checks: definitionsOf(made), budgetMs: 4000 })
      // Some clients say that they are still connecting.
      const report = async () => (await health.readiness()).checks.it
      await expect.poll(report, { timeout: 10_000, interval: 50 }).toMatchObject(expected)
      await health.dispose()
      await closeAll(made.values())
      await (server.close?.() ?? server[Symbol.asyncDispose]?.())
    })
  })
}
