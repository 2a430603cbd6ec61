// @ts-check
import { median, total } from './statistics.mjs'

/** @typedef {import('./rounds.mjs').Sample} Sample */

/** @param {Sample} sample */
const microsPerRequest = ({ userMicros, systemMicros, requests }) => (userMicros + systemMicros) / requests

/**
 * @typedef {object} Cost
 * @property {number} microsPerRequest CPU time, median of the rounds
 * @property {number} userMicrosPerRequest the part in the server's own code, over all rounds
 * @property {number} requestsPerSecond median of the rounds
 * @property {number} runsPerProbe over all rounds
 */

/**
 * @param {readonly Sample[]} samples
 * @returns {Cost}
 */
export function costOf(samples) {
  const requests = total(samples.map((sample) => sample.requests))
  return {
    microsPerRequest: median(samples.map(microsPerRequest)),
    userMicrosPerRequest: total(samples.map((sample) => sample.userMicros)) / requests,
    requestsPerSecond: median(samples.map((sample) => (sample.requests / sample.elapsedMs) * 1000)),
    runsPerProbe: total(samples.map(({ runs }) => runs)) / total(samples.map(({ probes }) => probes)),
  }
}

/**
 * @typedef {object} Ratio
 * @property {number} median of the rounds' ratios
 * @property {number} min the lowest median of one set of processes
 * @property {number} max and the highest
 */

/**
 * How many times the baseline's cost fits into the subject's, round by round: 1 is equal, less is dearer.
 * The range is that of whole sets of processes, because single rounds of a few milliseconds scatter by tens
 * of percent.
 *
 * @param {readonly Sample[]} baseline
 * @param {readonly Sample[]} subject
 * @returns {Ratio}
 */
export function ratioOf(baseline, subject) {
  const baselineCosts = new Map(baseline.map((sample) => [sample.round, microsPerRequest(sample)]))
  const ratios = subject.map((sample) => {
    const baselineCost = baselineCosts.get(sample.round)
    if (baselineCost === undefined) throw new Error('The baseline was not measured in the same round')
    return { generation: sample.generation, ratio: baselineCost / microsPerRequest(sample) }
  })
  const generations = [...new Set(ratios.map(({ generation }) => generation))]
  const medians = generations.map((one) => medianRatio(ratios.filter(({ generation }) => generation === one)))
  return { median: medianRatio(ratios), min: Math.min(...medians), max: Math.max(...medians) }
}

/**
 * @param {{ min: number, max: number }} ratio
 * @returns {string} empty where one set of processes is all there was
 */
export function rangeOf({ min, max }) {
  return min === max ? '' : `${min.toFixed(2)}–${max.toFixed(2)}`
}

/** @param {ReadonlyArray<{ ratio: number }>} ratios */
const medianRatio = (ratios) => median(ratios.map(({ ratio }) => ratio))
