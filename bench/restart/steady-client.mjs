// @ts-check
import http from 'node:http'

/**
 * Sends requests at a fixed rate over keep-alive connections, every second one a POST, which no balancer repeats once
 * it was sent. Whatever does not come back as 200 is lost.
 */
export class SteadyClient {
  sent = 0
  /** @type {Map<string, number>} how often, by what came instead of a 200 */
  lost = new Map()
  #agent = new http.Agent({ keepAlive: true, maxSockets: 32 })
  #open = 0
  #timer

  /**
   * @param {number} port
   * @param {number} perSecond
   */
  constructor(port, perSecond) {
    this.#timer = setInterval(() => this.#send(port), 1000 / perSecond)
  }

  get lostCount() {
    return [...this.lost.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Stops sending and waits for what is open. */
  async stop() {
    clearInterval(this.#timer)
    const giveUpAt = Date.now() + 10_000
    while (this.#open > 0 && Date.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 20))
    this.#agent.destroy()
  }

  /** @param {number} port */
  #send(port) {
    const method = this.sent % 2 === 0 ? 'GET' : 'POST'
    this.sent += 1
    this.#open += 1
    const settle = (/** @type {string | undefined} */ instead) => {
      this.#open -= 1
      if (instead !== undefined) this.lost.set(instead, (this.lost.get(instead) ?? 0) + 1)
    }
    const request = http.request(
      { port, host: '127.0.0.1', method, path: '/', agent: this.#agent },
      (response) => {
        response.resume()
        let whole = false
        response.once('end', () => {
          whole = true
        })
        response.once('close', () =>
          settle(whole && response.statusCode === 200 ? undefined : `${response.statusCode}`),
        )
      },
    )
    request.once('error', (error) =>
      settle(/** @type {NodeJS.ErrnoException} */ (error).code ?? error.message),
    )
    request.end(method === 'POST' ? 'x' : undefined)
  }
}
