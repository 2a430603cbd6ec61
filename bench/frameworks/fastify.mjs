// @ts-check
import fastify from 'fastify'
import { healthPlugin } from 'hale/fastify'
import { handlerOptions, health } from '../workload/hale-registry.mjs'
import { bodies, moreHeaders } from './bodies.mjs'

/** @param {boolean} withHale */
export async function serve(withHale) {
  const app = fastify()
  if (withHale) await app.register(healthPlugin(health, handlerOptions))
  else {
    for (const [path, body] of bodies)
      app.get(path, (_request, reply) => {
        reply.type('application/json').headers(moreHeaders).send(body)
      })
  }
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server
}
