import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'

export const redisProgram: Wanted = {
  name: 'redis',
  program: 'redis-server',
  debianPackage: 'redis-server',
}

export interface RedisOptions {
  /** What clients must say; none by default, as a cluster's nodes have none among themselves. */
  readonly password?: string
  /** Further lines of its configuration, as arguments: `['--maxmemory', '10mb']`. */
  readonly arguments?: readonly string[]
  /** @default a free one */
  readonly port?: number
}

export interface RedisServer extends OwnServer {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly password: string | undefined
  /** Asks it a command over a connection of its own; answers with what came back, raw. */
  command(...words: readonly string[]): Promise<string>
  /** From now on, until it is started again, it wants another password; who is connected has to log in anew. */
  changePassword(password: string): Promise<void>
}

/** Planted: a test that finds it in an answer has found a leak. */
export const PLANTED_REDIS_PASSWORD = 'planted-Secret-4712'

/** A Redis of the test's own on a free port of 127.0.0.1. */
export function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { password, port } = options
  const args = [
    ...['--appendonly', 'no', '--save', ''],
    ...(password === undefined ? [] : ['--requirepass', password]),
    ...(options.arguments ?? []),
  ]
  return start('redis', { password, port, args })
}

/** A sentinel that watches one master, alone: enough to tell where it is, not for a failover of its own. */
export function startSentinel(master: RedisServer): Promise<RedisServer> {
  const configuration = `sentinel monitor hale 127.0.0.1 ${master.port} 1\n`
  return start('sentinel', { args: ['--sentinel'], configuration })
}

export interface RedisClusterOptions {
  /** @default 3 */
  readonly masters?: number
  /** @default false */
  readonly replicas?: boolean
  /** Not for a cluster with replicas, which would need it too. */
  readonly password?: string
  /** Where its nodes listen, and where clients are told to find them; of each its own by default. */
  readonly ports?: readonly number[]
  readonly announced?: readonly number[]
}

/**
 * A cluster that has all slots: the masters, each with an equal part of them, and then as many replicas, one of each,
 * if they are wanted. No replica takes over before `cluster-replica-no-failover` is set to `no`.
 */
export async function startRedisCluster({
  masters = 3,
  replicas = false,
  password,
  ports = [],
  announced = [],
}: RedisClusterOptions = {}): Promise<readonly RedisServer[]> {
  // The bus would take the port 10000 above, which the system may have handed to some client.
  const buses = await Promise.all(Array.from({ length: replicas ? masters * 2 : masters }, () => freePort()))
  const nodes = await Promise.all(
    buses.map((bus, index) => {
      const [port, shown] = [ports[index], announced[index]]
      const args = [
        ...clusterArguments(bus),
        ...(shown === undefined ? [] : ['--cluster-announce-port', String(shown)]),
      ]
      return startRedis({ password, port, arguments: args } as RedisOptions)
    }),
  )
  const slots = 16_384
  await Promise.all(
    nodes.slice(0, masters).map(async (node, index) => {
      const from = Math.floor((slots * index) / masters)
      const end = Math.floor((slots * (index + 1)) / masters)
      await node.command('CLUSTER', 'ADDSLOTSRANGE', String(from), String(end - 1))
      await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    }),
  )
  const first = ['127.0.0.1', String(nodes[0]?.port), String(buses[0])]
  for (const node of nodes.slice(1)) await node.command('CLUSTER', 'MEET', ...first)
  await Promise.all(
    nodes.slice(masters).map(async (replica, index) => {
      const master = (await nodes[index]?.command('CLUSTER', 'MYID')) ?? ''
      const id = /[0-9a-f]{40}/.exec(master)?.[0] ?? ''
      // It has to have heard of its master.
      await until(async () => (await replica.command('CLUSTER', 'REPLICATE', id)).includes('OK'))
      await until(async () =>
        (await replica.command('INFO', 'replication')).includes('master_link_status:up'),
      )
    }),
  )
  for (const node of nodes)
    await until(async () => (await node.command('CLUSTER', 'INFO')).includes('cluster_state:ok'))
  return nodes
}

function clusterArguments(bus: number): readonly string[] {
  return [
    ...['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', '1000'],
    ...['--cluster-replica-no-failover', 'yes', '--repl-diskless-sync-delay', '0'],
  ]
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('the cluster did not form in time')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

interface Start {
  readonly password?: string | undefined
  readonly port?: number | undefined
  readonly args: readonly string[]
  /** What a sentinel needs as a file, because it writes what it learns into it. */
  readonly configuration?: string
}

async function start(
  kind: 'redis' | 'sentinel',
  { password, port: wanted, args, configuration }: Start,
): Promise<RedisServer> {
  const [host, port] = ['127.0.0.1', wanted ?? (await freePort())]
  const server = await startOwnServer({ ...redisProgram, name: kind }, ({ directory }) => {
    const file = join(directory, 'server.conf')
    if (configuration !== undefined) writeFileSync(file, configuration)
    const common = ['--port', String(port), '--bind', host, '--dir', directory]
    return {
      args: [...(configuration === undefined ? [] : [file]), ...common, ...args],
      ready: (output) => /Ready to accept connections|Sentinel ID is|Loading RDB produced/.test(output),
    }
  })
  let current = password
  return {
    ...server,
    url: `redis://${password === undefined ? '' : `:${password}@`}${host}:${port}`,
    host,
    port,
    password,
    command: (...words) => ask(port, current, words),
    async changePassword(next) {
      await ask(port, current, ['CONFIG', 'SET', 'requirepass', next])
      current = next
      await ask(port, current, ['CLIENT', 'KILL', 'TYPE', 'normal'])
    },
    async restart() {
      await server.restart()
      current = password
    },
  }
}

/** Inline commands, so that the tests' own view of the server needs no client under test. */
function ask(port: number, password: string | undefined, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.setTimeout(5_000, () => socket.destroy(new Error('redis did not answer')))
    socket.on('error', reject).on('close', () => resolve(answer))
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text
    })
    // Half-closed rather than asked to QUIT, which a sentinel does not know.
    socket.end(`${password === undefined ? '' : `AUTH ${password}\r\n`}${words.join(' ')}\r\n`)
  })
}
