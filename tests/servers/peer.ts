import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'
import { startProgram } from './program.ts'
import { serverFaults } from './server-faults.ts'

const fixture = fileURLToPath(new URL('../fixtures/peer.mjs', import.meta.url))
const POLL_MS = 5
const STARTS_WITHIN_MS = 20_000

export type PeerKind = 'dns' | 'grpc' | 'http' | 'tcp' | 'tls' | 'udp' | 'unix-socket'

export interface PeerOptions {
  /** How late it answers while it is slow. */
  readonly slowMs: number
  /** Of a Unix socket. */
  readonly path?: string
  /** Of TLS. */
  readonly certificate?: { readonly key: string; readonly cert: string }
}

/** A server in a process of its own. */
export interface Peer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** Freezes it: connections stay open, and the system accepts new ones for it. */
  stop(): void
  cont(): void
  kill(): Promise<void>
  /** On the same port, or path. */
  restart(): Promise<void>
  /** From now on it answers late. */
  slow(): Promise<void>
  quick(): Promise<void>
}

export async function startPeer(kind: PeerKind, { slowMs, path, certificate }: PeerOptions): Promise<Peer> {
  const port = await freePort()
  const start = () => {
    // What a killed server leaves behind.
    if (path !== undefined) rmSync(path, { force: true })
    return startProgram({
      path: process.execPath,
      args: [fixture, kind, path ?? String(port), String(slowMs)],
      cwd: process.cwd(),
      env: { ...process.env, PEER_KEY: certificate?.key, PEER_CERT: certificate?.cert },
      ready: (output) => output.includes('listening'),
    })
  }
  let program = await start()
  const become = async (word: 'slow' | 'quick') => {
    program.signal('SIGUSR2')
    const deadline = Date.now() + STARTS_WITHIN_MS
    while (!program.output().endsWith(`${word}\n`)) {
      if (Date.now() > deadline) throw new Error(`the peer did not become ${word}: ${program.output()}`)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }
  return {
    host: '127.0.0.1',
    port,
    stop: () => program.stop(),
    cont: () => program.cont(),
    kill: () => program.kill(),
    async restart() {
      await program.kill()
      program = await start()
    },
    slow: () => become('slow'),
    quick: () => become('quick'),
    [Symbol.asyncDispose]: () => program.kill(),
  }
}

/** What may befall a process, for the contract of a check that asks it: it recovers as itself, on the same port. */
export function faultsOfPeer(
  peer: () => Peer,
  { killed, late = /^timed out after \d+ ms$/ }: { readonly killed: string | RegExp; readonly late?: RegExp },
) {
  return {
    ...serverFaults(peer, { frozen: late, killed }),
    'a slow answer': { inject: () => peer().slow(), heal: () => peer().quick(), expect: { text: late } },
  } as const
}
