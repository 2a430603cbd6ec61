import { connect } from 'node:net'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'

export const memcachedProgram: Wanted = {
  name: 'memcached',
  program: 'memcached',
  debianPackage: 'memcached',
}

export interface MemcachedServer extends OwnServer {
  readonly host: string
  readonly port: number
  /** Its statistics, read over a connection of its own; that one is counted in them. */
  stats(): Promise<Readonly<Record<string, string>>>
}

/** A Memcached of the test's own on a free port of 127.0.0.1. */
export async function startMemcached(maxConnections = 1024): Promise<MemcachedServer> {
  const [host, port] = ['127.0.0.1', await freePort()]
  // It refuses to run as root without a user named.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const listening = ['-l', host, '-p', String(port), '-U', '0', '-c', String(maxConnections)]
  const server = await startOwnServer(memcachedProgram, () => ({
    args: [...listening, '-t', '1', ...user],
    ready: () =>
      statsOf(port).then(
        () => true,
        () => false,
      ),
  }))
  return { ...server, host, port, stats: () => statsOf(port) }
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
