// @ts-check
// A framework that the scenario names, with hale's adapter or with a bare route for each probe.
import { once } from 'node:events'
import { paths } from '../frameworks/bodies.mjs'
import { announce, portOf } from '../workload/parent-link.mjs'
import { scenario } from '../workload/scenario.mjs'

/** @typedef {(withHale: boolean) => import('node:net').Server | Promise<import('node:net').Server>} Serve */

/** Imported one by one: no framework should load, or change, what another brings. */
const frameworks = {
  express: async () => (await import('../frameworks/express.mjs')).serve,
  fastify: async () => (await import('../frameworks/fastify.mjs')).serve,
  koa: async () => (await import('../frameworks/koa.mjs')).serve,
  hono: async () => (await import('../frameworks/hono.mjs')).serve,
  hapi: async () => (await import('../frameworks/hapi.mjs')).serve,
  nestExpress: async () => (await import('../frameworks/nest.mjs')).serve,
  nestFastify: async () => (await import('../frameworks/nest.mjs')).serveOnFastify,
  fetch: async () => (await import('../frameworks/fetch.mjs')).serve,
}

/** @type {Serve} */
const serve = /** @type {any} */ (await frameworks[scenario.framework ?? 'express']())
const server = await serve(scenario.withHale === true)
if (!server.listening) await once(server, 'listening')
announce(portOf(server), paths)
