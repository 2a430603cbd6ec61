// @ts-check
import Hapi from '@hapi/hapi'
import { healthPlugin } from 'hale/hapi'
import { handlerOptions, health } from '../workload/hale-registry.mjs'
import { bodies, moreHeaders } from './bodies.mjs'

/** @param {boolean} withHale */
export async function serve(withHale) {
  const server = Hapi.server({ port: 0, host: '127.0.0.1' })
  if (withHale) await server.register(healthPlugin(health, handlerOptions))
  else {
    for (const [path, body] of bodies)
      server.route({
        method: 'GET',
        path,
        handler(_request, toolkit) {
          const response = toolkit.response(body).type('application/json')
          for (const [name, value] of Object.entries(moreHeaders)) response.header(name, value)
          return response
        },
      })
  }
  await server.start()
  return server.listener
}
