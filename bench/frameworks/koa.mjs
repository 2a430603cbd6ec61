// @ts-check
import { healthMiddleware } from 'hale/koa'
import Koa from 'koa'
import { handlerOptions, health } from '../workload/hale-registry.mjs'
import { bodies, moreHeaders } from './bodies.mjs'

/** @param {boolean} withHale */
export function serve(withHale) {
  const app = new Koa()
  if (withHale) app.use(healthMiddleware(health, handlerOptions))
  else {
    // Koa has no router of its own.
    app.use((/** @type {any} */ context) => {
      const body = bodies.get(context.path)
      if (body === undefined) return
      context.type = 'application/json'
      context.set(moreHeaders)
      context.body = body
    })
  }
  return app.listen(0, '127.0.0.1')
}
