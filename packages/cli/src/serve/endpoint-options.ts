import type { HandlerOptions } from 'hale/http'
import type { OffLoopOptions } from 'hale/off-loop'
import { SERVE_PORT } from '../definition/defaults.ts'
import type { OffLoopDefinition, ServeDefinition } from '../definition/definition.ts'

export function mainPort({ port = SERVE_PORT }: ServeDefinition): number {
  return port
}

/** The thread's settings, when there is to be one. */
export function offLoopOf({ offLoop }: ServeDefinition): OffLoopDefinition | undefined {
  if (offLoop === true) return {}
  return offLoop === false ? undefined : offLoop
}

/** Every port that is listened on, with the field that says so. */
export function portsOf(serve: ServeDefinition): readonly (readonly [path: string, port: number])[] {
  const { grpc, haproxyAgent } = serve
  const ownPort = offLoopOf(serve)?.port
  return [
    ['serve.port', mainPort(serve)],
    ...(grpc === undefined ? [] : [['serve.grpc.port', grpc.port] as const]),
    ...(haproxyAgent === undefined ? [] : [['serve.haproxyAgent.port', haproxyAgent.port] as const]),
    ...(ownPort === undefined ? [] : [['serve.offLoop.port', ownPort] as const]),
  ]
}

/** What the thread cannot answer, when it has the only port. */
export function notOffLoop(serve: ServeDefinition): readonly string[] {
  if (offLoopOf(serve)?.port !== undefined) return []
  const mend = 'give the thread a port of its own: offLoop: { port: 9403 }'
  return (['metrics', 'openapi', 'admin', 'tls'] as const)
    .filter((name) => serve[name] !== undefined && serve[name] !== false)
    .map((name) => `serve.${name}: cannot be answered off the loop; ${mend}`)
}

/** The options of the handler: what of `serve` is not about other ports. */
export function handlerOptions(serve: ServeDefinition): HandlerOptions {
  const { port: _, host, tls, grpc, haproxyAgent, offLoop, ...options } = serve
  return options
}

/** The options of the thread, which takes fewer. */
export function offLoopOptions(serve: ServeDefinition): OffLoopOptions {
  const { metrics, openapi, admin, ...options } = handlerOptions(serve)
  const { port = mainPort(serve), ...own } = offLoopOf(serve) ?? {}
  const host = serve.host === undefined ? {} : { host: serve.host }
  return { ...(options as Omit<OffLoopOptions, 'port'>), ...host, ...own, port }
}
