// @ts-check
import { serve as serveFetch } from '@hono/node-server'
import { healthFetch } from 'hale/fetch'
import { handlerOptions, health } from '../workload/hale-registry.mjs'
import { bodies, moreHeaders } from './bodies.mjs'

const headers = { 'content-type': 'application/json', ...moreHeaders }

/**
 * No framework: a function from a Request to a Response, on the bridge to Node's server that Hono has.
 *
 * @param {boolean} withHale
 */
export function serve(withHale) {
  const answer = healthFetch(health, handlerOptions)
  const nothing = () => new Response(null, { status: 404 })
  const fetch = withHale
    ? async (/** @type {Request} */ request, /** @type {object} */ node) =>
        (await answer(request, node)) ?? nothing()
    : async (/** @type {Request} */ request) => {
        const body = bodies.get(new URL(request.url).pathname)
        return body === undefined ? nothing() : new Response(body, { headers })
      }
  return serveFetch({ fetch, port: 0, hostname: '127.0.0.1' })
}
