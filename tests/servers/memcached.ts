import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'
import { type Login, type Saslauthd, startSaslauthd } from './saslauthd.ts'

export const memcachedProgram: Wanted = {
  name: 'memcached',
  program: 'memcached',
  debianPackage: 'memcached',
}

export interface MemcachedServer extends OwnServer {
  readonly host: string
  readonly port: number
  /** From now on another password is right for who logs in. */
  changePassword(password: string): void
  /** Its statistics, read over a connection of its own; that one is counted in them. */
  stats(): Promise<Readonly<Record<string, string>>>
}

export interface MemcachedOptions {
  /** @default 1024 */
  readonly maxConnections?: number
  /** Who may ask (SASL); without it everybody. With it there is no text protocol, and so there are no `stats()`. */
  readonly login?: Login
}

/** A Memcached of the test's own on a free port of 127.0.0.1. */
export async function startMemcached({
  maxConnections = 1024,
  login,
}: MemcachedOptions = {}): Promise<MemcachedServer> {
  const [host, port] = ['127.0.0.1', await freePort()]
  // It refuses to run as root without a user named.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const listening = ['-l', host, '-p', String(port), '-U', '0', '-c', String(maxConnections)]
  let saslauthd: Saslauthd | undefined
  const server = await startOwnServer(memcachedProgram, async ({ directory }) => {
    if (login === undefined)
      return { args: [...listening, '-t', '1', ...user], ready: () => isSettled(statsOf(port)) }
    saslauthd = await startSaslauthd(directory, login)
    writeFileSync(join(directory, 'memcached.conf'), saslauthd.configuration)
    return {
      args: [...listening, '-t', '1', ...user, '-S'],
      env: { ...process.env, SASL_CONF_PATH: directory },
      ready: () => isSettled(mechanismsOf(port)),
    }
  })
  const close = async () => {
    await server.close()
    await saslauthd?.[Symbol.asyncDispose]()
  }
  const made = {
    ...server,
    host,
    port,
    stats: () => statsOf(port),
    changePassword(password: string) {
      if (login !== undefined) login.password = password
    },
    close,
    [Symbol.asyncDispose]: close,
  }
  if (login === undefined || (await mechanismsOf(port)).includes('PLAIN')) return made
  await close()
  throw new Error('memcached cannot log anybody in: apt install libsasl2-modules')
}

function isSettled(answer: Promise<unknown>): Promise<boolean> {
  return answer.then(
    () => true,
    () => false,
  )
}

/** How it lets clients log in, by the binary protocol. */
function mechanismsOf(port: number): Promise<string> {
  const question = Buffer.alloc(24)
  question.set([0x80, 0x20])
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.setTimeout(5_000, () => socket.destroy(new Error('memcached did not answer')))
    socket.on('error', reject).once('data', (bytes) => {
      resolve(bytes.subarray(question.length).toString())
      socket.end()
    })
    socket.write(question)
  })
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
