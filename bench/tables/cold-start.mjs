// @ts-check
import { ServerProcess } from '../measure/server-process.mjs'
import { median } from '../measure/statistics.mjs'
import { subject } from '../measure/subject.mjs'
import { bareAndHale, checkingPeers } from './contenders.mjs'

/** @type {import('../report/table.mjs').Table} */
export const coldStart = {
  name: 'cold-start',
  title: 'Cold start',
  about: `From starting the process to the first 200 on readiness, with three healthy checks. It includes
Node's own start, which the first line shows.`,
  async measure(context) {
    const rounds = context.quick ? 1 : 9
    const [bare, , serve, listener] = await bareAndHale('ready', { checks: 3 })
    if (!bare || !serve || !listener) throw new Error('Nothing to start')
    const peers = checkingPeers('ready', { checks: 3 }, context.quick)
    const subjects = [bare, serve, listener, ...peers, subject('lightship', 'lightship', 'ready')]
    /** @type {number[][]} */
    const times = subjects.map(() => [])
    for (let round = 0; round < rounds; round += 1) {
      if (round % 3 === 0) context.progress(`round ${round + 1} of ${rounds}`)
      for (const [index, each] of subjects.entries()) times[index]?.push(await timeToFirstAnswer(each))
    }
    return {
      columns: ['server', 'ms to the first 200', 'range'],
      rows: subjects.map(({ label }, index) => {
        const own = times[index] ?? []
        return [
          label,
          median(own).toFixed(0),
          `${Math.min(...own).toFixed(0)}–${Math.max(...own).toFixed(0)}`,
        ]
      }),
      goals: [],
    }
  },
}

/** @param {import('../measure/subject.mjs').Subject} subject */
async function timeToFirstAnswer(subject) {
  const began = performance.now()
  const server = await ServerProcess.start(subject)
  try {
    await server.healthyBody(subject.probe)
    return performance.now() - began
  } finally {
    await server.stop()
  }
}
