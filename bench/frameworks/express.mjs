// @ts-check
import express from 'express'
import { healthMiddleware } from 'hale/express'
import { handlerOptions, health } from '../workload/hale-registry.mjs'
import { bodies, moreHeaders } from './bodies.mjs'

/** @param {boolean} withHale */
export function serve(withHale) {
  const app = express()
  if (withHale) app.use(healthMiddleware(health, handlerOptions))
  else {
    for (const [path, body] of bodies)
      app.get(path, (_request, response) => {
        response.type('application/json').set(moreHeaders).send(body)
      })
  }
  return app.listen(0, '127.0.0.1')
}
