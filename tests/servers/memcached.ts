import { connect } from 'node:net'
import { freePort } from './free-port.ts'
import { type Program, startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

export const memcachedProgram: Wanted = {
  name: 'memcached',
  program: 'memcached',
  debianPackage: 'memcached',
}

export interface MemcachedServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly pid: number
  readonly directory: string
  /** Its statistics, read over a connection of its own; that one is counted in them. */
  stats(): Promise<Readonly<Record<string, string>>>
  /** Freezes it (SIGSTOP): connections stay open, nothing answers. */
  stop(): void
  cont(): void
  /** SIGKILL: connections are reset, the port refuses. */
  kill(): Promise<void>
  /** Starts it again on the same port, empty, whatever its state was. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** A Memcached of the test's own on a free port of 127.0.0.1. */
export async function startMemcached(maxConnections = 1024): Promise<MemcachedServer> {
  const provision = provide(memcachedProgram)
  if (provision.how !== 'program') throw new Error('no memcached on this machine')
  const directory = createServerDirectory('memcached')
  try {
    const port = await freePort()
    // It refuses to run as root without a user named.
    const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
    const launch = () =>
      startProgram({
        path: provision.path,
        args: [
          '-l',
          '127.0.0.1',
          '-p',
          String(port),
          '-U',
          '0',
          '-c',
          String(maxConnections),
          '-t',
          '1',
          ...user,
        ],
        cwd: directory.path,
        ready: () =>
          statsOf(port).then(
            () => true,
            () => false,
          ),
      })
    let program: Program = await launch()
    const close = async () => {
      await program.end()
      directory.remove()
    }
    return {
      host: '127.0.0.1',
      port,
      directory: directory.path,
      get pid() {
        return program.pid
      },
      stats: () => statsOf(port),
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

/** By the text protocol, so that the tests' own view of the server needs no client under test. */
function statsOf(port: number): Promise<Readonly<Record<string, string>>> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.setTimeout(5_000, () => socket.destroy(new Error('memcached did not answer')))
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text
    })
    socket.on('error', reject).on('close', () => {
      const lines = [...answer.matchAll(/^STAT (\S+) (.*?)\r$/gm)]
      resolve(Object.fromEntries(lines.map(([, name, value]) => [name, value])))
    })
    socket.write('stats\r\nquit\r\n')
  })
}
