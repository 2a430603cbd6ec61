// @ts-check
import { setTimeout as delay } from 'node:timers/promises'
import { ProbeConnection } from '../load/probe-connection.mjs'

const paths = ['/health/live', '/health/ready']

/** Liveness and readiness in turn, each on a connection of its own, one request at a time. */
export class ProbesInTurn {
  #asked = 0
  #connections

  /** @param {number} port */
  constructor(port) {
    this.#connections = paths.map((path) => new ProbeConnection(port, path))
  }

  async connected() {
    await Promise.all(this.#connections.map((connection) => connection.connected()))
  }

  /** @returns {Promise<number>} the milliseconds that the answer took */
  next() {
    const connection = this.#connections[this.#asked++ % paths.length]
    return new Promise((resolve, reject) => {
      if (connection === undefined) throw new Error('No connection')
      const began = performance.now()
      connection.onFailure = reject
      connection.onResponse = (status) => {
        if (status === 200) resolve(performance.now() - began)
        else reject(new Error(`Answered ${status} instead of 200`))
      }
      connection.send()
    })
  }

  /**
   * @param {number} durationMs no probe begins later
   * @returns {Promise<number[]>}
   */
  async askFor(durationMs) {
    /** @type {number[]} */
    const times = []
    const until = performance.now() + durationMs
    while (performance.now() < until) {
      times.push(await this.next())
      await delay(5)
    }
    return times
  }

  close() {
    for (const connection of this.#connections) connection.close()
  }
}
