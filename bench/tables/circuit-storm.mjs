// @ts-check
import { Child } from '../measure/child.mjs'
import { median } from '../measure/statistics.mjs'
import { goal } from '../report/goal.mjs'
import { freePort } from '../restart/balancer.mjs'

/** @typedef {import('../circuit/storm.mjs').Seen} Seen */

const delays = { trialDelayMs: 200, maxTrialDelayMs: 800 }
const situations = [
  { label: '**hale**, the callers go on', calm: false },
  { label: '**hale**, no caller is left', calm: true },
]

/** @type {import('../report/table.mjs').Table} */
export const circuitStorm = {
  name: 'circuit-storm',
  title: 'A circuit in a storm',
  about: `A thousand callers call a dependency through its circuit; it is killed, and started again when at least three
trials have failed. No call should be made meanwhile, and the circuit should close within the longest delay between two
trials, ${delays.maxTrialDelayMs} ms here, after the dependency listens again, whether or not anybody calls. The
breakers of opossum and cockatiel try with a user's call: without one they stay open, so there is nothing to time.`,
  async measure({ quick, progress }) {
    const rounds = quick ? 1 : 5
    const rows = []
    const goals = []
    for (const { label, calm } of situations) {
      progress(label)
      /** @type {Array<Seen & { closeMs: number }>} */
      const storms = []
      for (let round = 0; round < rounds; round += 1) storms.push(await blow(calm))
      const whileOpen = Math.max(...storms.map((storm) => storm.whileOpen))
      const times = storms.map(({ closeMs }) => closeMs)
      rows.push([
        label,
        String(whileOpen),
        median(storms.map(({ refused }) => refused)).toFixed(0),
        median(times).toFixed(0),
        Math.max(...times).toFixed(0),
      ])
      const slowest = { atMost: delays.maxTrialDelayMs, unit: ' ms', digits: 0 }
      goals.push(goal(`${label}: calls made while open`, whileOpen, { atMost: 0, digits: 0 }))
      goals.push(goal(`${label}: slowest to close`, Math.max(...times), slowest))
    }
    rows.push(['opossum, cockatiel', "n/a: try with a user's call", '', '', ''])
    return {
      columns: ['circuit', 'calls made while open', 'refused', 'ms to close', 'slowest'],
      rows,
      goals,
    }
  },
}

/** @param {boolean} calm */
async function blow(calm) {
  const port = await freePort()
  let dependency = await startDependency(port)
  const storm = new Child('circuit/storm.mjs', { arguments: [JSON.stringify({ port, ...delays })] })
  const tell = (/** @type {import('../circuit/storm.mjs').Command} */ command) => storm.ask({ command })
  try {
    await storm.next()
    await tell('blow')
    await dependency.stop()
    await tell('open')
    if (calm) await tell('calm')
    dependency = await startDependency(port)
    const revivedAt = Date.now()
    /** @type {Seen} */
    const seen = await tell('closed')
    return { ...seen, closeMs: seen.closedAt - revivedAt }
  } finally {
    await Promise.all([storm.stop(), dependency.stop()])
  }
}

/** @param {number} port */
async function startDependency(port) {
  const dependency = new Child('circuit/dependency.mjs', { arguments: [String(port)] })
  await dependency.next()
  return dependency
}
