// @ts-check
import { setTimeout as delay } from 'node:timers/promises'
import { ProbeConnection } from './probe-connection.mjs'

/**
 * @typedef {object} Target
 * @property {number} port
 * @property {string} path
 * @property {number} connections
 */

/**
 * @typedef {object} SteadyResult
 * @property {number} requests answered, each with status 200
 * @property {number} elapsedMs
 */

/** Keeps a number of connections busy, one request at a time on each. */
export class SteadyLoad {
  /** @type {ProbeConnection[]} */
  #connections = []

  /** @param {Target} target */
  constructor(target) {
    this.#connections = Array.from(
      { length: target.connections },
      () => new ProbeConnection(target.port, target.path),
    )
  }

  async connected() {
    await Promise.all(this.#connections.map((connection) => connection.connected()))
  }

  /**
   * Ends when every request that was sent has been answered, so that the server's time divides exactly.
   *
   * @param {number} durationMs
   * @returns {Promise<SteadyResult>}
   */
  async run(durationMs) {
    let requests = 0
    let stopping = false
    const began = performance.now()
    const drained = this.#connections.map(
      (connection) =>
        new Promise((resolve, reject) => {
          connection.onFailure = reject
          connection.onResponse = (status) => {
            requests += 1
            if (status !== 200) reject(new Error(`Answered ${status} instead of 200`))
            else if (stopping) resolve(undefined)
            else connection.send()
          }
          connection.send()
        }),
    )
    const all = Promise.all(drained)
    await Promise.race([delay(durationMs), all])
    stopping = true
    await all
    return { requests, elapsedMs: performance.now() - began }
  }

  close() {
    for (const connection of this.#connections) connection.close()
  }
}
