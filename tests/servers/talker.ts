import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

/** A server that speaks first, and goes on for a moment, whoever has connected. */
export interface Talker extends AsyncDisposable {
  readonly host: string
  /** 0 of a Unix socket. */
  readonly port: number
  /** How each connection that has ended did: in good order, or with which error. */
  readonly endings: readonly string[]
}

export interface TalkerOptions {
  /** Of a Unix socket. */
  readonly path?: string
  /** Of TLS. */
  readonly certificate?: { readonly key: string; readonly cert: string }
}

/** As SMTP, SSH and MySQL do. */
export async function startTalker({ path, certificate }: TalkerOptions = {}): Promise<Talker> {
  const endings: string[] = []
  const talk = (socket: Socket): void => {
    let ending = 'in good order'
    socket.write('220 ready\r\n')
    setTimeout(() => {
      if (socket.writable) socket.write('220 and willing\r\n')
    }, 5)
    socket
      .resume()
      .on('error', (error) => {
        ending = String((error as { readonly code?: unknown }).code)
      })
      .on('close', () => endings.push(ending))
  }
  const server = certificate === undefined ? createServer(talk) : createTlsServer(certificate, talk)
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, '127.0.0.1', resolve)
    else server.listen(path, resolve)
  })
  const address = server.address()
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' ? (address as AddressInfo).port : 0,
    endings,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
