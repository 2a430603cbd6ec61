import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'
import { reloaded } from './reloaded.ts'

export const natsProgram: Wanted = {
  name: 'nats',
  program: 'nats-server',
  debianPackage: 'nats-server',
}

export interface NatsOptions {
  /**
   * The rest of the account's configuration, such as `jetstream: { max_streams: 2 }`.
   * @default 'jetstream: enabled'
   */
  readonly account?: string
  /**
   * Whether the server has JetStream at all.
   * @default true
   */
  readonly jetStream?: boolean
}

export interface NatsServer extends OwnServer {
  readonly url: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** From now on it takes another password; it ends the connections that came with the one before. */
  setPassword(password: string): Promise<void>
}

/** Planted: a test that finds it in an answer has found a leak. */
const PLANTED_PASSWORD = 'planted-Secret-4711'
const USER = 'hale'

/** A NATS of the test's own on a free port of 127.0.0.1. */
export async function startNats({
  jetStream = true,
  account = jetStream ? 'jetstream: enabled' : '',
}: NatsOptions = {}): Promise<NatsServer> {
  const port = await freePort()
  const configure = (directory: string, password: string): string => {
    const file = join(directory, 'nats.conf')
    writeFileSync(file, configuration({ directory, port, jetStream, account, password }))
    return file
  }
  const server = await startOwnServer(natsProgram, ({ directory }) => ({
    args: ['-c', configure(directory, PLANTED_PASSWORD)],
    ready: (output) => output.includes('Server is ready'),
  }))
  const setPassword = async (password: string) => {
    configure(server.directory, password)
    await reloaded(server, 'Reloaded server configuration')
  }
  const url = `nats://${USER}:${PLANTED_PASSWORD}@127.0.0.1:${port}`
  return { ...server, url, port, user: USER, password: PLANTED_PASSWORD, setPassword }
}

function configuration({ directory, port, jetStream, account, password }: Configuration): string {
  const store = `{ store_dir: "${directory}/streams", max_memory_store: 16MB, max_file_store: 64MB }`
  return `
host: 127.0.0.1
port: ${port}
${jetStream ? `jetstream: ${store}` : ''}
accounts: {
  TESTS: { users: [{ user: ${USER}, password: "${password}" }], ${account} }
}
`
}

interface Configuration extends Required<NatsOptions> {
  readonly directory: string
  readonly port: number
  readonly password: string
}
