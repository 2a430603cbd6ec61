import type { Health } from 'hale'
import type { ServeDefinition } from '../definition/definition.ts'
import { mainPort, offLoopOf, offLoopOptions } from './endpoint-options.ts'
import { listening } from './port-error.ts'

/** What is listening. */
export interface Endpoint {
  /** Such as `probes` or `gRPC`. */
  readonly what: string
  /** Such as `http://127.0.0.1:9400/health`. */
  readonly where: string
  close(): unknown
}

/** One that may be told to answer for another registry, or otherwise, while it listens; what it is from then on. */
export interface Started extends Endpoint {
  readonly turn?: (health: Health, serve: ServeDefinition) => Started
}

/** One of the things that listen, as a file wants it. */
export interface Part {
  readonly kind: 'probes' | 'thread' | 'grpc' | 'agent'
  readonly port: number
  /** What of the file it is made of. */
  readonly made: unknown
  /** What must be the same for it to be turned. */
  readonly place: unknown
  start(health: Health): Promise<Started>
}

/** Everything that a file wants to listen. */
export function partsOf(serve: ServeDefinition): readonly Part[] {
  const { grpc, haproxyAgent, host, tls } = serve
  const thread = offLoopOf(serve)
  const parts: Part[] = []
  if (thread === undefined || thread.port !== undefined) {
    const { grpc: _, haproxyAgent: __, offLoop: ___, ...made } = serve
    const place = [host, mainPort(serve), tls === undefined]
    parts.push({ kind: 'probes', port: mainPort(serve), made, place, start: startProbes(serve) })
  }
  if (thread !== undefined) {
    const made = offLoopOptions(serve)
    parts.push({ kind: 'thread', port: made.port, made, place: undefined, start: startThread(serve) })
  }
  if (grpc !== undefined)
    parts.push({ kind: 'grpc', port: grpc.port, made: grpc, place: grpc, start: startGrpc(grpc) })
  if (haproxyAgent !== undefined) {
    const { port } = haproxyAgent
    parts.push({ kind: 'agent', port, made: haproxyAgent, place: undefined, start: startAgent(haproxyAgent) })
  }
  return parts
}

function startProbes(serve: ServeDefinition): Part['start'] {
  return async (health) => {
    const { ProbeListener } = await import('./probe-listener.ts')
    const port = mainPort(serve)
    const listener = await listening('serve.port', port, () => ProbeListener.start(health, serve, port))
    const answeringAs = (by: ServeDefinition): Started => ({
      what: 'probes',
      where: below(listener.url, by),
      turn(other, otherwise) {
        listener.turn(other, otherwise)
        return answeringAs(otherwise)
      },
      close: () => listener.close(),
    })
    return answeringAs(serve)
  }
}

function startThread(serve: ServeDefinition): Part['start'] {
  return async (health) => {
    const { serveOffLoop } = await import('hale/off-loop')
    const options = offLoopOptions(serve)
    const path = offLoopOf(serve)?.port === undefined ? 'serve.port' : 'serve.offLoop.port'
    const server = await listening(path, options.port, () => serveOffLoop(health, options))
    return { what: 'probes off the loop', where: below(server.url, serve), close: () => server.close() }
  }
}

function startGrpc(grpc: NonNullable<ServeDefinition['grpc']>): Part['start'] {
  return async (health) => {
    const { GrpcListener } = await import('./grpc-listener.ts')
    const { listener, port } = await listening('serve.grpc.port', grpc.port, () =>
      GrpcListener.start(health, grpc),
    )
    const started: Started = {
      what: 'gRPC',
      where: `port ${port}`,
      turn(other) {
        listener.turn(other)
        return started
      },
      close: () => listener.close(),
    }
    return started
  }
}

function startAgent(options: NonNullable<ServeDefinition['haproxyAgent']>): Part['start'] {
  return async (health) => {
    const { serveHaproxyAgent } = await import('hale/haproxy-agent')
    const agent = await listening('serve.haproxyAgent.port', options.port, () =>
      serveHaproxyAgent(health, options),
    )
    return { what: 'HAProxy agent', where: `port ${agent.port}`, close: () => agent.close() }
  }
}

function below(url: string, { basePath = '/health' }: ServeDefinition): string {
  return `${url}${basePath === '/' ? '' : basePath}`
}
