// @ts-check
import { setTimeout as delay } from 'node:timers/promises'
import { ProbeConnection } from './probe-connection.mjs'

/**
 * @typedef {object} Target
 * @property {number} port
 * @property {string} path
 * @property {number} connections
 * @property {readonly string[]} [headers] a further header for each of the requests, which are sent in turn
 */

/**
 * @typedef {object} SteadyResult
 * @property {number} requests answered, each with status 200
 * @property {number} elapsedMs
 */

/** Node closes a connection that was idle for 5 s. One that is about to be closed must not be used. */
const idleLimitMs = 3000

/** No server here takes as long for what was sent before the end of a run. */
const drainLimitMs = 20_000

/** Keeps a number of connections busy, one request at a time on each. */
export class SteadyLoad {
  /** @type {ProbeConnection[]} */
  #connections = []
  #idleSince = -Infinity
  #target

  /** @param {Target} target */
  constructor(target) {
    this.#target = target
  }

  async connect() {
    this.close()
    const { port, path, connections, headers } = this.#target
    this.#connections = Array.from({ length: connections }, () => new ProbeConnection(port, path, headers))
    await Promise.all(this.#connections.map((connection) => connection.connected()))
    this.#idleSince = performance.now()
  }

  /**
   * Ends when every request that was sent has been answered, so that the server's time divides exactly.
   *
   * @param {number} durationMs
   * @returns {Promise<SteadyResult>}
   */
  async run(durationMs) {
    if (performance.now() - this.#idleSince > idleLimitMs) await this.connect()
    let requests = 0
    let stopping = false
    const sleep = stayAwake()
    const began = performance.now()
    const drained = Promise.all(
      this.#connections.map(
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
      ),
    )
    try {
      await Promise.race([delay(durationMs), drained])
      stopping = true
      await within(drained, drainLimitMs)
    } finally {
      sleep()
    }
    this.#idleSince = performance.now()
    return { requests, elapsedMs: this.#idleSince - began }
  }

  close() {
    for (const connection of this.#connections) connection.close()
  }
}

/**
 * @param {Promise<unknown>} promise
 * @param {number} limitMs
 */
async function within(promise, limitMs) {
  const cancel = new AbortController()
  const limit = delay(limitMs, undefined, { signal: cancel.signal }).then(
    () => {
      throw new Error(`Not every probe was answered within ${limitMs} ms`)
    },
    () => {},
  )
  try {
    await Promise.race([promise, limit])
  } finally {
    cancel.abort()
  }
}

/**
 * Keeps this process from sleeping until the returned function is called. Waking a client costs the server that
 * answers it some microseconds, the more often the slower it is: it would pay twice for what it does.
 */
function stayAwake() {
  let awake = true
  const turn = () => {
    if (awake) setImmediate(turn)
  }
  turn()
  return () => {
    awake = false
  }
}
