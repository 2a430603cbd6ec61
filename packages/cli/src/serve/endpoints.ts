import type { Health } from 'hale'
import type { ServeDefinition } from '../definition/definition.ts'
import { handlerOptions, mainPort, offLoopOf, offLoopOptions } from './endpoint-options.ts'

/** What is listening. */
export interface Endpoint {
  /** Such as `probes` or `gRPC`. */
  readonly what: string
  /** Such as `http://127.0.0.1:9400/health`. */
  readonly where: string
  close(): unknown
}

/** A port that cannot be listened on. */
class PortError extends Error {
  override readonly name = 'PortError'

  constructor(path: string, port: number, cause: unknown) {
    const { code } = cause as { readonly code?: unknown }
    const reason =
      code === 'EADDRINUSE'
        ? 'is taken; choose another, or end who has it'
        : code === 'EACCES'
          ? 'needs rights that this user has not; choose one above 1023'
          : `cannot be listened on (${String(code)})`
    super(`${path}: port ${port} ${reason}`, { cause })
  }
}

/** Starts everything that `serve` asks for, or nothing: when one port cannot be had the others are closed again. */
export async function startEndpoints(health: Health, serve: ServeDefinition): Promise<readonly Endpoint[]> {
  const started: Endpoint[] = []
  try {
    const thread = offLoopOf(serve)
    if (thread === undefined || thread.port !== undefined) started.push(await startProbes(health, serve))
    if (thread !== undefined) started.push(await startThread(health, serve))
    if (serve.grpc !== undefined) started.push(await startGrpc(health, serve.grpc))
    if (serve.haproxyAgent !== undefined) started.push(await startAgent(health, serve.haproxyAgent))
    return started
  } catch (error) {
    await Promise.allSettled(started.map(async (endpoint) => endpoint.close()))
    throw error
  }
}

async function startProbes(health: Health, serve: ServeDefinition): Promise<Endpoint> {
  const { serveHealth } = await import('hale/node')
  const port = mainPort(serve)
  const host = serve.host === undefined ? {} : { host: serve.host }
  const server = await listening('serve.port', port, () =>
    serveHealth(health, { ...handlerOptions(serve), ...host, port }),
  )
  return { what: 'probes', where: at(server.url, serve), close: () => server.close() }
}

async function startThread(health: Health, serve: ServeDefinition): Promise<Endpoint> {
  const { serveOffLoop } = await import('hale/off-loop')
  const options = offLoopOptions(serve)
  const path = offLoopOf(serve)?.port === undefined ? 'serve.port' : 'serve.offLoop.port'
  const server = await listening(path, options.port, () => serveOffLoop(health, options))
  return { what: 'probes off the loop', where: at(server.url, serve), close: () => server.close() }
}

async function startGrpc(health: Health, grpc: NonNullable<ServeDefinition['grpc']>): Promise<Endpoint> {
  const { Server, ServerCredentials } = await import('@grpc/grpc-js')
  const { addHealthService } = await import('hale/grpc')
  const server = new Server()
  const service = addHealthService(server, health)
  const host = grpc.host ?? '::'
  const bind = (address: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const authority = address.includes(':') ? `[${address}]:${grpc.port}` : `${address}:${grpc.port}`
      server.bindAsync(authority, ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(withCode(error)),
      )
    })
  const port = await listening('serve.grpc.port', grpc.port, () =>
    // Where there is no IPv6.
    bind(host).catch((error: { code?: unknown }) =>
      grpc.host === undefined && error.code !== 'EADDRINUSE' ? bind('0.0.0.0') : Promise.reject(error),
    ),
  )
  const close = async (): Promise<void> => {
    await service.dispose()
    server.forceShutdown()
  }
  return { what: 'gRPC', where: `port ${port}`, close }
}

async function startAgent(
  health: Health,
  options: NonNullable<ServeDefinition['haproxyAgent']>,
): Promise<Endpoint> {
  const { serveHaproxyAgent } = await import('hale/haproxy-agent')
  const agent = await listening('serve.haproxyAgent.port', options.port, () =>
    serveHaproxyAgent(health, options),
  )
  return { what: 'HAProxy agent', where: `port ${agent.port}`, close: () => agent.close() }
}

async function listening<Made>(path: string, port: number, listen: () => Promise<Made>): Promise<Made> {
  try {
    return await listen()
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== 'string') throw error
    if ((error as { code: string }).code.startsWith('HALE_')) throw error
    throw new PortError(path, port, error)
  }
}

/** grpc-js has the code in the text alone. */
function withCode(error: Error): Error {
  const [code = 'EADDRNOTAVAIL'] = /\bE[A-Z]{4,}\b/.exec(error.message) ?? []
  return Object.assign(error, { code })
}

function at(url: string, { basePath = '/health' }: ServeDefinition): string {
  return `${url}${basePath === '/' ? '' : basePath}`
}
