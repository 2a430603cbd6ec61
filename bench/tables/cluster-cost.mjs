// @ts-check
import { setTimeout as delay } from 'node:timers/promises'
import { Child } from '../measure/child.mjs'

/** @typedef {import('../cluster/service.mjs').Counted} Counted */

const workers = 8
const checks = 20

/** @type {import('../report/table.mjs').Table} */
export const clusterCost = {
  name: 'cluster-cost',
  title: 'Several processes, idle',
  about: `Two clusters of ${workers} workers with ${checks} checks each run at the same time, one with \`hale/cluster\` and
one without, and nobody asks anything. What they differ by is the cost of knowing of each other, each worker's own
checks every 5 s included: without it, nothing runs them. The first exchange is what is sent until all is quiet.`,
  async measure({ quick, progress }) {
    const seconds = quick ? 6 : 20
    progress(`${seconds} s`)
    const clusters = [true, false].map(start)
    try {
      await Promise.all(clusters.map((each) => each.next()))
      // The first times compile the counting.
      for (let trial = 0; trial < 3; trial += 1) await Promise.all(clusters.map(count))
      await delay(6000)
      const before = await Promise.all(clusters.map(count))
      const began = performance.now()
      await delay(seconds * 1000)
      const after = await Promise.all(clusters.map(count))
      const elapsed = (performance.now() - began) / 1000
      const figures = before.map((first, index) => rates(first, after[index] ?? first, elapsed))
      return {
        columns: [
          'the cluster',
          'messages/s',
          'bytes/s',
          'first exchange, kB',
          'primary, ms/s',
          'each worker, ms/s',
        ],
        rows: figures.map((cells, index) => [
          index === 0 ? '**hale** `hale/cluster`' : 'without it',
          ...cells,
        ]),
        goals: [],
      }
    } finally {
      await Promise.all(clusters.map((each) => each.stop()))
    }
  },
}

/** @param {boolean} shared */
function start(shared) {
  return new Child('cluster/service.mjs', { arguments: [JSON.stringify({ shared, workers, checks })] })
}

/**
 * @param {Child} cluster
 * @returns {Promise<Counted>}
 */
function count(cluster) {
  return cluster.ask('count')
}

/**
 * @param {Counted} before
 * @param {Counted} after
 * @param {number} seconds
 */
function rates(before, after, seconds) {
  return [
    ((after.messages - before.messages) / seconds).toFixed(1),
    ((after.bytes - before.bytes) / seconds).toFixed(0),
    (before.bytes / 1000).toFixed(1),
    ((after.primaryMicros - before.primaryMicros) / 1000 / seconds).toFixed(2),
    ((after.workersMicros - before.workersMicros) / 1000 / seconds / workers).toFixed(2),
  ]
}
