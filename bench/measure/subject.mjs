// @ts-check

/**
 * What is measured: one probe of one server.
 *
 * @typedef {object} Subject
 * @property {string} label
 * @property {string} server the file's name in `bench/servers`, without its ending
 * @property {'live' | 'ready'} probe
 * @property {import('../workload/scenario.mjs').Scenario} scenario
 * @property {readonly string[]} [headers] a further header for each of the requests, which are sent in turn
 * @property {readonly string[]} [nodeFlags] of its process
 * @property {number} [atLeast] the goal, of the bare server
 * @property {number} [everyRounds] measured in every so many rounds only: what is far off needs less
 *   precision
 * @property {number | string} [instance] subjects of the same server, scenario and instance share a process
 */

/**
 * @param {string} label
 * @param {string} server
 * @param {'live' | 'ready'} probe
 * @param {import('../workload/scenario.mjs').Scenario} [scenario]
 * @returns {Subject}
 */
export function subject(label, server, probe, scenario = {}) {
  return { label, server, probe, scenario }
}

/** @param {Subject} subject */
export function processKey({ server, scenario, instance }) {
  return JSON.stringify([server, scenario, instance])
}
