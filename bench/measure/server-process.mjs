// @ts-check
import { setTimeout as delay } from 'node:timers/promises'
import { Child } from './child.mjs'

/** A server under test, in a process of its own. */
export class ServerProcess {
  #child

  /**
   * @param {Child} child
   * @param {number} port
   * @param {import('../workload/parent-link.mjs').Paths} paths
   */
  constructor(child, port, paths) {
    this.#child = child
    this.port = port
    this.paths = paths
  }

  /**
   * @param {Pick<import('./subject.mjs').Subject, 'server' | 'scenario'>} spec
   * @param {readonly string[]} [nodeFlags]
   */
  static async start({ server, scenario }, nodeFlags = []) {
    const child = new Child(`servers/${server}.mjs`, { arguments: [JSON.stringify(scenario)], nodeFlags })
    const { port, paths } = await child.next()
    return new ServerProcess(child, port, paths)
  }

  /**
   * @param {import('../workload/parent-link.mjs').UsageRequest} [request]
   * @returns {Promise<import('../workload/parent-link.mjs').Usage>}
   */
  usage(request = {}) {
    return this.#child.ask({ ...request })
  }

  /**
   * Waits for the first 200 and gives its body; a background check may need a moment for its first result.
   *
   * @param {'live' | 'ready'} probe
   */
  async healthyBody(probe) {
    const url = `http://127.0.0.1:${this.port}${this.paths[probe]}`
    const giveUpAt = Date.now() + 5000
    for (;;) {
      const response = await fetch(url)
      const body = await response.text()
      if (response.status === 200) return body
      if (Date.now() > giveUpAt) throw new Error(`${url} answers ${response.status}: ${body}`)
      await delay(50)
    }
  }

  stop() {
    return this.#child.stop()
  }
}
