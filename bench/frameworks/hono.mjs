// @ts-check
import { serve as serveHono } from '@hono/node-server'
import { healthRoutes } from 'hale/hono'
import { Hono } from 'hono'
import { handlerOptions, health } from '../workload/hale-registry.mjs'
import { bodies, moreHeaders } from './bodies.mjs'

/** @param {boolean} withHale */
export function serve(withHale) {
  const app = new Hono()
  if (withHale) app.use(healthRoutes(health, handlerOptions))
  else {
    const headers = { 'content-type': 'application/json', ...moreHeaders }
    for (const [path, body] of bodies) app.get(path, (context) => context.body(body, 200, headers))
  }
  return serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
}
