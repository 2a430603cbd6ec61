import { createServer, type Server } from 'node:net'
import { freePort } from './free-port.ts'
import { GatePassage, type GateState } from './gate-passage.ts'

/** A proxy before a server of 127.0.0.1, which is well itself, whatever the gate does. */
export interface TcpGate extends AsyncDisposable {
  readonly port: number
  /** How many connections clients have open. */
  readonly open: number
  /** How many connections it has accepted so far. */
  readonly accepted: number
  /** How many bytes clients have sent so far, those into a black hole too. */
  readonly sent: number
  /** Changes what it does; what was held or was on its way passes when it may. */
  become(state: GateState): Promise<void>
  /** Closes all connections. */
  drop(): void
  close(): Promise<void>
}

/** Hands connections on to a port of 127.0.0.1. */
export async function startTcpGate(to: number): Promise<TcpGate> {
  const port = await freePort()
  const passages = new Set<GatePassage>()
  let state: GateState = 'well'
  let accepted = 0
  let sent = 0
  const accept = (): Server =>
    createServer((inner) => {
      accepted++
      inner.on('error', () => {})
      if (state === 'cutting') {
        inner.resetAndDestroy()
        return
      }
      const passage = new GatePassage(inner, to, state)
      passages.add(passage)
      inner.on('data', (chunk) => {
        sent += chunk.length
      })
      inner.on('close', () => passages.delete(passage))
    })
  const listen = async (): Promise<Server> => {
    const listening = accept()
    await new Promise<void>((resolve, reject) => {
      listening.once('error', reject).listen(port, '127.0.0.1', resolve)
    })
    return listening
  }
  const drop = (how: 'close' | 'reset' = 'close') => {
    for (const passage of passages) passage.end(how)
  }
  const stopListening = async () => {
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  const close = async () => {
    drop()
    await stopListening()
  }
  let server = await listen()
  return {
    port,
    get open() {
      return passages.size
    },
    get accepted() {
      return accepted
    },
    get sent() {
      return sent
    },
    async become(next) {
      state = next
      if (next === 'cutting' || next === 'refusing') drop('reset')
      if (next === 'refusing') await stopListening()
      else if (!server.listening) server = await listen()
      for (const passage of passages) passage.become(next)
    },
    drop: () => drop(),
    close,
    [Symbol.asyncDispose]: close,
  }
}
