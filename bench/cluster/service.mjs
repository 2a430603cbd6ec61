// @ts-check
// A `node:cluster` of idle workers with or without `hale/cluster`: the primary, and each of its workers.
import cluster from 'node:cluster'
import { check, createHealth, up } from 'hale'
import { collectHealth, shareHealth } from 'hale/cluster'
import { answerRunner } from '../workload/runner-line.mjs'

/** @typedef {{ readonly shared: boolean, readonly workers: number, readonly checks: number }} Scenario */
/**
 * @typedef {object} Counted so far
 * @property {number} messages both ways
 * @property {number} bytes as JSON lines, which is what the IPC channel carries
 * @property {number} primaryMicros CPU time
 * @property {number} workersMicros of all of them
 */

/** @type {Scenario} */
const { shared, workers, checks } = JSON.parse(process.argv[2] ?? '{}')

if (cluster.isPrimary) await serveAsPrimary()
else serveAsWorker()

async function serveAsPrimary() {
  const sum = { messages: 0, bytes: 0 }
  const count = (/** @type {object} */ message) => {
    // The runner's questions and their answers are not the subject.
    if (!('hale:cluster' in message)) return
    sum.messages += 1
    sum.bytes += JSON.stringify(message).length + 1
  }
  if (shared) collectHealth()
  // A worker that is gone would leave the runner waiting for its figures.
  cluster.on('exit', () => process.exit(1))
  const forked = Array.from({ length: workers }, () => {
    const worker = cluster.fork()
    const { send } = worker
    worker.send = (/** @type {any[]} */ ...given) => {
      count(given[0])
      return Reflect.apply(send, worker, given)
    }
    return worker.on('message', count)
  })
  await Promise.all(forked.map(microsFrom))
  answerRunner('ready', async () => {
    const { user, system } = process.cpuUsage()
    const micros = await Promise.all(
      forked.map((worker) => {
        worker.process.send('usage')
        return microsFrom(worker)
      }),
    )
    return { ...sum, primaryMicros: user + system, workersMicros: micros.reduce((all, one) => all + one, 0) }
  })
}

function serveAsWorker() {
  const question = () => up('connected', { idle: Math.floor(Math.random() * 10) })
  const health = createHealth({
    checks: Object.fromEntries(
      Array.from({ length: checks }, (_, index) => [`check${index}`, check(question)]),
    ),
  })
  if (shared) shareHealth(health)
  const tell = () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ micros: user + system })
  }
  process.on('message', (message) => {
    if (message === 'usage') tell()
  })
  // Unasked: what is asked before this process listens is never heard.
  tell()
}

/**
 * @param {import('node:cluster').Worker} worker
 * @returns {Promise<number>}
 */
function microsFrom(worker) {
  return new Promise((resolve) => {
    /** @param {{ readonly micros?: number }} message */
    const hear = ({ micros }) => {
      if (micros === undefined) return
      worker.off('message', hear)
      resolve(micros)
    }
    worker.on('message', hear)
  })
}
