// @ts-check

/**
 * What a server under test is to be: the runner passes it as the one argument of the server's process.
 *
 * @typedef {object} Scenario
 * @property {number} [checks] how many checks readiness asks; 0 where only liveness is measured
 * @property {'instant' | 'slow' | 'hanging'} [kind] how a check behaves
 * @property {number} [delayMs] how long a slow check takes
 * @property {import('hale').CheckOptions} [checkOptions] passed to each of hale's checks as they are
 * @property {'status' | 'components'} [visibility] how much of the report hale's body shows
 * @property {boolean} [guarded] use what the peer offers against slow checks: its cache and its timeout
 * @property {'express' | 'fastify' | 'koa' | 'hono' | 'hapi' | 'nestExpress' | 'nestFastify' | 'fetch'} [framework]
 *   which one the server `framework` is to be
 * @property {boolean} [withHale] serve with hale's adapter there; a bare route otherwise
 * @property {boolean} [sameHeaders] whether a bare route sends all the headers that hale does
 * @property {string} [liveBody] the body a bare server answers liveness with
 * @property {string} [readyBody] the body a bare server answers readiness with
 */

/** @type {Scenario} */
export const scenario = JSON.parse(process.argv[2] ?? '{}')
