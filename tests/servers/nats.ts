import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type Program, startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

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
}

export interface NatsServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** Freezes it (SIGSTOP): connections stay open, nothing answers. */
  stop(): void
  cont(): void
  kill(): Promise<void>
  /** Starts it again on the same port with the same streams, whatever its state was. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Planted: a test that finds it in an answer has found a leak. */
const PLANTED_PASSWORD = 'planted-Secret-4711'
const USER = 'hale'

/** A NATS of the test's own on a free port of 127.0.0.1, with JetStream. */
export async function startNats({ account = 'jetstream: enabled' }: NatsOptions = {}): Promise<NatsServer> {
  const provision = provide(natsProgram)
  if (provision.how !== 'program') throw new Error('nats is not here: apt install nats-server')
  const directory = createServerDirectory('nats')
  let program: Program | undefined
  try {
    const port = await freePort()
    const file = join(directory.path, 'nats.conf')
    writeFileSync(file, configuration(directory.path, port, account))
    const start = () =>
      startProgram({
        path: provision.path,
        args: ['-c', file],
        cwd: directory.path,
        ready: (output) => output.includes('Server is ready'),
      })
    program = await start()
    const running = () => program as Program
    const close = async () => {
      await program?.end()
      directory.remove()
    }
    return {
      url: `nats://${USER}:${PLANTED_PASSWORD}@127.0.0.1:${port}`,
      port,
      user: USER,
      password: PLANTED_PASSWORD,
      stop: () => running().stop(),
      cont: () => running().cont(),
      kill: () => running().kill(),
      async restart() {
        await running().kill()
        program = await start()
      },
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await program?.kill()
    directory.remove()
    throw error
  }
}

function configuration(directory: string, port: number, account: string): string {
  return `
host: 127.0.0.1
port: ${port}
jetstream: { store_dir: "${directory}/streams", max_memory_store: 16MB, max_file_store: 64MB }
accounts: {
  TESTS: { users: [{ user: ${USER}, password: "${PLANTED_PASSWORD}" }], ${account} }
}
`
}
