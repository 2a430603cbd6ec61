// @ts-check
import { setTimeout as delay } from 'node:timers/promises'
import { hang, questionRuns } from './questions.mjs'

/**
 * @typedef {object} Paths
 * @property {string} live
 * @property {string} ready
 */

/**
 * @typedef {object} Usage
 * @property {number} userMicros CPU time of the whole process so far
 * @property {number} systemMicros the kernel's part: sockets, mostly
 * @property {number} runs how often a check ran so far
 * @property {number} heapUsedBytes after a collection; 0 where none was asked for
 */

/**
 * @typedef {object} UsageRequest
 * @property {boolean} [collect] collect garbage first
 * @property {boolean} [hang] let hanging checks hang from now on
 */

/**
 * Tells the runner where this server listens. It ends with its runner, so that none is ever left behind.
 *
 * @param {number} port
 * @param {Paths} paths
 */
export function announce(port, paths) {
  process.on('disconnect', () => process.exit())
  process.on('message', async (/** @type {UsageRequest} */ request) => {
    if (request.hang) hang()
    if (request.collect) await collectGarbage()
    const { user, system } = process.cpuUsage()
    const heapUsedBytes = request.collect ? process.memoryUsage().heapUsed : 0
    send({ userMicros: user, systemMicros: system, runs: questionRuns(), heapUsedBytes })
  })
  send({ port, paths })
}

/**
 * The port that a listening server was given.
 *
 * @param {import('node:net').Server} server
 */
export function portOf(server) {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no TCP port')
  return address.port
}

/** @param {unknown} message */
const send = (message) => process.send?.(message)

/** Several passes: what a finaliser or a closed socket frees is only seen by a later one. */
async function collectGarbage() {
  if (globalThis.gc === undefined) throw new Error('Memory is measured with --expose-gc only')
  for (let pass = 0; pass < 4; pass += 1) {
    await delay(50)
    globalThis.gc()
  }
}
