// @ts-check
import { ProbeConnection } from './probe-connection.mjs'

/**
 * @typedef {object} BurstResult
 * @property {number} sent
 * @property {number[]} latenciesMs of the answered ones, ascending
 * @property {number[]} statuses the status codes that were seen
 */

/**
 * One probe on each of many connections at the same time. What is not answered within the limit is given up
 * and its connection closed, as a prober does.
 *
 * @param {import('./steady-load.mjs').Target} target
 * @param {number} limitMs
 * @returns {Promise<BurstResult>}
 */
export async function burst(target, limitMs) {
  const connections = Array.from(
    { length: target.connections },
    () => new ProbeConnection(target.port, target.path),
  )
  await Promise.all(connections.map((connection) => connection.connected()))
  const outcomes = await Promise.all(connections.map((connection) => probe(connection, limitMs)))
  const answered = outcomes.filter((outcome) => outcome !== undefined)
  return {
    sent: connections.length,
    latenciesMs: answered.map((outcome) => outcome.latencyMs).sort((a, b) => a - b),
    statuses: [...new Set(answered.map((outcome) => outcome.status))],
  }
}

/**
 * @param {ProbeConnection} connection
 * @param {number} limitMs
 * @returns {Promise<{ status: number, latencyMs: number } | undefined>}
 */
function probe(connection, limitMs) {
  return new Promise((resolve) => {
    const began = performance.now()
    /** @param {{ status: number, latencyMs: number }} [outcome] */
    const settle = (outcome) => {
      clearTimeout(timer)
      connection.close()
      resolve(outcome)
    }
    const timer = setTimeout(settle, limitMs)
    connection.onFailure = () => settle()
    connection.onResponse = (status) => settle({ status, latencyMs: performance.now() - began })
    connection.send()
  })
}
