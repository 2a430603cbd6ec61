import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type Program, startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

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
}

export interface RedisServer extends AsyncDisposable {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly password: string | undefined
  readonly pid: number
  readonly directory: string
  /** Asks it a command over a connection of its own; answers with what came back, raw. */
  command(...words: readonly string[]): Promise<string>
  /** Freezes it (SIGSTOP): connections stay open, nothing answers. */
  stop(): void
  cont(): void
  /** SIGKILL: connections are reset, the port refuses. */
  kill(): Promise<void>
  /** Starts it again on the same port with the same data, whatever its state was. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Planted: a test that finds it in an answer has found a leak. */
export const PLANTED_REDIS_PASSWORD = 'planted-Secret-4712'

/** A Redis of the test's own on a free port of 127.0.0.1. */
export function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { password } = options
  return start('redis', password, [
    ...['--appendonly', 'no', '--save', ''],
    ...(password === undefined ? [] : ['--requirepass', password]),
    ...(options.arguments ?? []),
  ])
}

/** A sentinel that watches one master, alone: enough to tell where it is, not for a failover of its own. */
export function startSentinel(master: RedisServer): Promise<RedisServer> {
  return start('sentinel', undefined, ['--sentinel'], `sentinel monitor hale 127.0.0.1 ${master.port} 1\n`)
}

/** Masters of a cluster that has all slots, each a third of them. */
export async function startRedisCluster(masters = 3): Promise<readonly RedisServer[]> {
  // The bus would take the port 10000 above, which the system may have handed to some client.
  const buses = await Promise.all(Array.from({ length: masters }, freePort))
  const nodes = await Promise.all(
    buses.map((bus) =>
      startRedis({
        arguments: [
          '--cluster-enabled',
          'yes',
          '--cluster-node-timeout',
          '1000',
          '--cluster-port',
          String(bus),
        ],
      }),
    ),
  )
  const first = ['127.0.0.1', String(nodes[0]?.port), String(buses[0])]
  const slots = 16_384
  await Promise.all(
    nodes.map(async (node, index) => {
      const from = Math.floor((slots * index) / masters)
      const until = Math.floor((slots * (index + 1)) / masters)
      await node.command('CLUSTER', 'ADDSLOTSRANGE', String(from), String(until - 1))
      await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    }),
  )
  for (const node of nodes.slice(1)) await node.command('CLUSTER', 'MEET', ...first)
  const deadline = Date.now() + 20_000
  for (const node of nodes) {
    while (!(await node.command('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
      if (Date.now() > deadline) throw new Error('the cluster did not form in time')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return nodes
}

async function start(
  kind: 'redis' | 'sentinel',
  password: string | undefined,
  args: readonly string[],
  /** What a sentinel needs as a file, because it writes what it learns into it. */
  configuration?: string,
): Promise<RedisServer> {
  const provision = provide(redisProgram)
  if (provision.how !== 'program') throw new Error('no redis-server on this machine')
  const directory = createServerDirectory(kind)
  try {
    const port = await freePort()
    const file = join(directory.path, 'server.conf')
    if (configuration !== undefined) writeFileSync(file, configuration)
    const common = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory.path]
    const programArguments = [...(configuration === undefined ? [] : [file]), ...common, ...args]
    const launch = () =>
      startProgram({
        path: provision.path,
        args: programArguments,
        cwd: directory.path,
        ready: (output) => /Ready to accept connections|Sentinel ID is|Loading RDB produced/.test(output),
      })
    let program: Program = await launch()
    const close = async () => {
      await program.end()
      directory.remove()
    }
    return {
      url: `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`,
      host: '127.0.0.1',
      port,
      password,
      directory: directory.path,
      get pid() {
        return program.pid
      },
      command: (...words) => ask(port, password, words),
      stop: () => program.stop(),
      cont: () => program.cont(),
      kill: () => program.kill(),
      async restart() {
        await program.end()
        program = await launch()
      },
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    directory.remove()
    throw error
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
