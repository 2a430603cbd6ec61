import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js'
import type { Health } from 'hale'
import { addHealthService, type GrpcHealthService } from 'hale/grpc'
import type { ServeDefinition } from '../definition/definition.ts'

// Of a port that it cannot have it writes to stderr, past the log, what is told there anyway.
setLogVerbosity(logVerbosity.NONE)

/** The port of grpc.health.v1. */
export class GrpcListener {
  readonly #server = new Server()
  #service: GrpcHealthService

  private constructor(health: Health) {
    this.#service = addHealthService(this.#server, health)
  }

  /** Over TLS when there is a certificate. Rejects with an error that has the system's code. */
  static async start(
    health: Health,
    { port, host }: { readonly port: number; readonly host?: string },
    certificate: ServeDefinition['tls'],
  ): Promise<{ readonly listener: GrpcListener; readonly port: number }> {
    const listener = new GrpcListener(health)
    const bind = (address: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const authority = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
        listener.#server.bindAsync(authority, credentialsOf(certificate), (error, bound) =>
          error === null ? resolve(bound) : reject(withCode(error)),
        )
      })
    try {
      // Where there is no IPv6 every address is that of the other.
      const bound = await bind(host ?? '::').catch((error: { code?: unknown }) =>
        host === undefined && error.code !== 'EADDRINUSE' ? bind('0.0.0.0') : Promise.reject(error),
      )
      return { listener, port: bound }
    } catch (error) {
      await listener.close()
      throw error
    }
  }

  /** Answers for another registry; who watches is told that it ends, and asks again. */
  turn(health: Health): void {
    // It is off the server when it returns: no call meets a server without one.
    void this.#service.dispose()
    this.#service = addHealthService(this.#server, health)
  }

  async close(): Promise<void> {
    await this.#service.dispose()
    this.#server.forceShutdown()
  }
}

function credentialsOf(certificate: ServeDefinition['tls']): ServerCredentials {
  if (certificate === undefined) return ServerCredentials.createInsecure()
  const { cert, key } = certificate
  return ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(cert), private_key: Buffer.from(key) }])
}

/** grpc-js has the code in the text alone. */
function withCode(error: Error): Error {
  const [code = 'EADDRNOTAVAIL'] = /\bE[A-Z]{4,}\b/.exec(error.message) ?? []
  return Object.assign(error, { code })
}
