// @ts-check
import { setTimeout as delay } from 'node:timers/promises'

/** Where every service under test listens, and how long it lets balancers notice before it closes. */
export const port = Number(process.argv[2])
export const drainDelayMs = 1000

/**
 * The same application behind every service: `/` takes 100 ms, `/slow` takes 3 s. Undefined for other paths.
 *
 * @param {{ url?: string | undefined }} request
 * @returns {Promise<string> | undefined}
 */
export function work({ url }) {
  if (url === '/') return delay(100, 'done')
  if (url === '/slow') return delay(3000, 'done')
  return undefined
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
export function answer(request, response) {
  const text = work(request)
  if (text === undefined) {
    response.statusCode = 404
    response.end()
    return
  }
  request.resume()
  void text.then((done) => response.end(done))
}

/** Tells the runner that the service may be asked. */
export function serving() {
  process.send?.('serving')
  // Nothing but the service itself is to keep it alive, and nothing but its own way out to end it.
  process.disconnect?.()
}
