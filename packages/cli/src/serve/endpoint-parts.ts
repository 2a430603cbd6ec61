import type { Health } from 'hale'
import type { GrpcDefinition, ServeDefinition } from '../definition/definition.ts'
import { mainPort, offLoopOf, offLoopOptions } from './endpoint-options.ts'
import { listening } from './port-error.ts'
import { TurnedHealth } from './turned-health.ts'

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
  readonly turn?: (health: Health, serve: ServeDefinition) => Started | Promise<Started>
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

/** Everything that a file wants to listen, for a registry of these groups. */
export function partsOf(serve: ServeDefinition, groups: Health['groups']): readonly Part[] {
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
    const place = [made.port, host, framing(groups)]
    parts.push({ kind: 'thread', port: made.port, made, place, start: startThread(serve) })
  }
  if (grpc !== undefined) {
    const made = { ...grpc, ...(grpc.tls === true && { tls }) }
    parts.push({ kind: 'grpc', port: grpc.port, made, place: made, start: startGrpc(grpc, tls) })
  }
  if (haproxyAgent !== undefined) {
    const { port, group = 'readiness' } = haproxyAgent
    const place = [haproxyAgent, groups.find(({ name }) => name === group)?.budgetMs]
    parts.push({ kind: 'agent', port, made: haproxyAgent, place, start: startAgent(haproxyAgent) })
  }
  return parts
}

// Up to here the thread waits for an answer in any case.
const patientMs = 8000

/** What of the groups the thread looks at when it begins, and never again. */
function framing(groups: Health['groups']): readonly unknown[] {
  const longestMs = Math.max(patientMs, ...groups.map(({ budgetMs }) => budgetMs))
  const codes = groups.flatMap(({ statusCodes = {} }) => Object.values(statusCodes))
  return [longestMs, codes.includes(205)]
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
    const source = new TurnedHealth(health)
    const server = await listening(path, options.port, () => serveOffLoop(source, options))
    const answeringAs = (by: ServeDefinition): Started => ({
      what: 'probes off the loop',
      where: below(server.url, by),
      async turn(other, otherwise) {
        source.turn(other)
        await server.reconfigure(offLoopOptions(otherwise))
        return answeringAs(otherwise)
      },
      close: () => server.close(),
    })
    return answeringAs(serve)
  }
}

function startGrpc(grpc: GrpcDefinition, tls: ServeDefinition['tls']): Part['start'] {
  return async (health) => {
    const { GrpcListener } = await import('./grpc-listener.ts')
    const certificate = grpc.tls === true ? tls : undefined
    const { listener, port } = await listening('serve.grpc.port', grpc.port, () =>
      GrpcListener.start(health, grpc, certificate),
    )
    const started: Started = {
      what: certificate === undefined ? 'gRPC' : 'gRPC over TLS',
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
    const source = new TurnedHealth(health)
    const agent = await listening('serve.haproxyAgent.port', options.port, () =>
      serveHaproxyAgent(source, options),
    )
    const started: Started = {
      what: 'HAProxy agent',
      where: `port ${agent.port}`,
      turn(other) {
        source.turn(other)
        return started
      },
      close: () => agent.close(),
    }
    return started
  }
}

function below(url: string, { basePath = '/health' }: ServeDefinition): string {
  return `${url}${basePath === '/' ? '' : basePath}`
}
