// @ts-check
import { subject } from '../measure/subject.mjs'
import { measureAgainstBare } from './against-bare.mjs'
import { bareAndHale, checkingPeers } from './contenders.mjs'

/** @type {import('../report/table.mjs').Table} */
export const liveness = {
  name: 'liveness',
  title: 'Liveness',
  about: `What one liveness probe costs the server. A ratio of 1 is the cost of a hand-written node:http
handler that sends the same body from memory; below 1 is dearer.`,
  async measure(context) {
    const peers = [...checkingPeers('live', {}, context.quick), subject('lightship', 'lightship', 'live')]
    return measureAgainstBare(await bareAndHale('live', { checks: 3 }), peers, context)
  },
}
