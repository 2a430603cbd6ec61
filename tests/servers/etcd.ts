import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type Program, startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

export const etcdProgram: Wanted = { name: 'etcd', program: 'etcd', debianPackage: 'etcd-server' }

export interface EtcdOptions {
  /** How many members; more than one make a cluster. @default 1 */
  readonly members?: number
  /** How large the database may be before it takes no more, in bytes. */
  readonly quotaBytes?: number
}

export interface EtcdMember {
  readonly port: number
  readonly url: string
  /** Freezes it (SIGSTOP): connections stay open, nothing answers. */
  stop(): void
  cont(): void
  kill(): Promise<void>
  /** Starts it again on the same ports with the same data, whatever its state was. */
  restart(): Promise<void>
}

export interface EtcdCluster extends AsyncDisposable {
  readonly members: readonly EtcdMember[]
  close(): Promise<void>
}

/** An etcd of the test's own on free ports of 127.0.0.1. */
export async function startEtcd({
  members: count = 1,
  quotaBytes = 0,
}: EtcdOptions = {}): Promise<EtcdCluster> {
  const provision = provide(etcdProgram)
  if (provision.how !== 'program') throw new Error('etcd is not here: apt install etcd-server')
  const { path } = provision
  const directory = createServerDirectory('etcd')
  const running: (Program | undefined)[] = []
  const close = async () => {
    await Promise.all(running.map((program) => program?.kill()))
    directory.remove()
  }
  try {
    const ports: { client: number; peer: number }[] = []
    for (let made = 0; made < count; made++) ports.push({ client: await freePort(), peer: await freePort() })
    const cluster = ports.map(({ peer }, index) => `m${index}=http://127.0.0.1:${peer}`).join(',')
    const start = async (index: number) => {
      const { client, peer } = ports[index] as { client: number; peer: number }
      running[index] = await startProgram({
        path,
        args: [
          ...['--name', `m${index}`, '--data-dir', join(directory.path, `m${index}`)],
          ...['--listen-client-urls', `http://127.0.0.1:${client}`],
          ...['--advertise-client-urls', `http://127.0.0.1:${client}`],
          ...['--listen-peer-urls', `http://127.0.0.1:${peer}`],
          ...['--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
          ...['--initial-cluster', cluster, '--quota-backend-bytes', String(quotaBytes)],
          ...['--heartbeat-interval', '50', '--election-timeout', '300', '--unsafe-no-fsync'],
        ],
        cwd: directory.path,
        // It listens only once the cluster has a leader.
        ready: (output) => output.includes('serving insecure client requests'),
      })
    }
    await Promise.all(ports.map((_ports, index) => start(index)))
    const memberOf = ({ client }: { client: number }, index: number): EtcdMember => ({
      port: client,
      url: `http://127.0.0.1:${client}`,
      stop: () => running[index]?.stop(),
      cont: () => running[index]?.cont(),
      kill: async () => running[index]?.kill(),
      async restart() {
        await running[index]?.kill()
        await start(index)
      },
    })
    return { members: ports.map(memberOf), close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}
