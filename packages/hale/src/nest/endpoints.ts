import type { HttpServer } from '@nestjs/common'
import type { HttpAdapterHost } from '@nestjs/core'
import type { HealthRequest } from '../http/exchange.ts'
import type { HealthHandler } from '../http/handle.ts'
import { answerNode, type NodeResponse } from '../http/node-exchange.ts'

interface FastifyHooks {
  use?: unknown
  addHook(
    event: 'onRequest',
    hook: (request: Raw<HealthRequest>, reply: Reply, done: () => void) => void,
  ): unknown
}

interface Raw<T> {
  readonly raw: T
}

interface Reply extends Raw<NodeResponse> {
  hijack(): unknown
}

/**
 * Puts the endpoints in front of everything that the application has: as the platform's first middleware, since this
 * runs while Nest still makes providers. An application without HTTP has none. What it returns does so as soon as
 * there is a platform, which a testing module gets after its providers.
 */
export function serveEndpoints(host: HttpAdapterHost, handle: HealthHandler): () => void {
  let served = false
  const serve = (): void => {
    const adapter: HttpServer | null | undefined = host.httpAdapter
    if (served || !adapter) return
    served = true
    serveOn(adapter, handle)
  }
  serve()
  // Early versions of Nest 11 do not have it.
  const { init$ } = host as { readonly init$?: HttpAdapterHost['init$'] }
  if (!served) init$?.subscribe(serve)
  return serve
}

function serveOn(adapter: HttpServer, handle: HealthHandler): void {
  const isFastify = adapter.getType() === 'fastify'
  const { isMiddieRegistered } = adapter as { readonly isMiddieRegistered?: boolean }
  const fastify = adapter.getInstance?.() as FastifyHooks
  // With `skipMiddie: true` Fastify has no middleware, and the adapter believes that it has.
  if (isFastify && isMiddieRegistered === true && typeof fastify.use !== 'function') {
    fastify.addHook('onRequest', ({ raw: request }, reply, done) => {
      if (answerNode(handle, request, reply.raw)) reply.hijack()
      else done()
    })
    return
  }
  adapter.use((request: HealthRequest, response: NodeResponse, next: () => void) => {
    if (!answerNode(handle, request, response)) next()
  })
}
