// @ts-check
import { ServerProcess } from './server-process.mjs'
import { createShuffle } from './shuffle.mjs'
import { processKey } from './subject.mjs'

/** Enough to be in step again after the other servers' turns. */
const openingMs = 20

/**
 * @typedef {object} Sample one subject in one round
 * @property {number} round counted over all generations
 * @property {number} generation
 * @property {number} requests
 * @property {number} elapsedMs
 * @property {number} userMicros the server's CPU time in its own code
 * @property {number} systemMicros and in the kernel
 * @property {number} runs of checks, from before the slice's first request: that is the one that refreshes
 * @property {number} probes that these runs were for
 */

/**
 * @typedef {object} Pace
 * @property {number} generations how often all servers are started anew: one process may have better luck
 *   than another
 * @property {number} rounds in each generation
 * @property {number} sliceMs how long each subject is measured in a round
 * @property {number} warmUpRequests so that what is hot has been compiled
 * @property {number} warmUpMs the most that these may take
 */

/**
 * @typedef {object} Turn
 * @property {import('./subject.mjs').Subject} subject
 * @property {Sample[]} samples
 * @property {ServerProcess} server
 */

/**
 * Measures the subjects in turns, in a new order each round, so that what the machine does meanwhile meets
 * all alike.
 *
 * @param {readonly import('./subject.mjs').Subject[]} subjects
 * @param {Pace} pace
 * @param {import('../report/table.mjs').Context} context
 * @param {number} [connections]
 * @returns {Promise<Sample[][]>} for each subject its samples, round by round
 */
export async function measureRounds(subjects, pace, context, connections = 64) {
  const measured = subjects.map((subject) => ({ subject, samples: /** @type {Sample[]} */ ([]) }))
  for (let generation = 1; generation <= pace.generations; generation += 1) {
    context.progress(`servers ${generation} of ${pace.generations}`)
    const servers = await startAll(subjects)
    try {
      const turns = measured.map((each) => ({ ...each, server: serverOf(servers, each.subject) }))
      for (const turn of turns) await warmUp(turn, pace, context.load, connections)
      await measureGeneration(turns, generation, pace, context.load, connections)
    } finally {
      await Promise.all([...servers.values()].map((server) => server.stop()))
    }
  }
  return measured.map(({ samples }) => samples)
}

/**
 * Connections are opened before any clock starts, and stay open: accepting them is no part of a request.
 *
 * @param {readonly Turn[]} turns
 * @param {number} generation
 * @param {Pace} pace
 * @param {import('./load-process.mjs').LoadProcess} load
 * @param {number} connections
 */
async function measureGeneration(turns, generation, pace, load, connections) {
  const shuffle = createShuffle()
  /** @type {Array<Turn & { id: number }>} */
  const open = []
  for (const turn of turns) open.push({ ...turn, id: await load.open(targetOf(turn, connections)) })
  for (let round = 0; round < pace.rounds; round += 1) {
    for (const { subject, samples, server, id } of shuffle(open)) {
      if (round % (subject.everyRounds ?? 1) !== 0) continue
      const start = await server.usage()
      const opening = await load.run(id, Math.min(pace.sliceMs / 4, openingMs))
      const before = await server.usage()
      const { requests, elapsedMs } = await load.run(id, pace.sliceMs).catch((cause) => {
        throw new Error(`Measuring ${subject.label} failed`, { cause })
      })
      const after = await server.usage()
      samples.push({
        round: generation * pace.rounds + round,
        generation,
        requests,
        elapsedMs,
        userMicros: after.userMicros - before.userMicros,
        systemMicros: after.systemMicros - before.systemMicros,
        runs: after.runs - start.runs,
        probes: opening.requests + requests,
      })
    }
  }
  for (const { id } of open) await load.close(id)
}

/**
 * @param {Turn} turn
 * @param {Pace} pace
 * @param {import('./load-process.mjs').LoadProcess} load
 * @param {number} connections
 */
async function warmUp(turn, pace, load, connections) {
  await turn.server.healthyBody(turn.subject.probe)
  const id = await load.open(targetOf(turn, connections))
  const giveUpAt = performance.now() + pace.warmUpMs
  for (let requests = 0; requests < pace.warmUpRequests && performance.now() < giveUpAt; ) {
    requests += (await load.run(id, 100)).requests
  }
  await load.close(id)
}

/**
 * @param {Turn} turn
 * @param {number} connections
 */
function targetOf({ subject, server }, connections) {
  const { probe, headers } = subject
  return { port: server.port, path: server.paths[probe], connections, ...(headers && { headers }) }
}

/** @param {readonly import('./subject.mjs').Subject[]} subjects */
async function startAll(subjects) {
  const distinct = new Map(subjects.map((subject) => [processKey(subject), subject]))
  /** @type {Array<[string, ServerProcess]>} */
  const started = await Promise.all(
    [...distinct].map(async ([key, subject]) => [key, await ServerProcess.start(subject, subject.nodeFlags)]),
  )
  return new Map(started)
}

/**
 * @param {ReadonlyMap<string, ServerProcess>} servers
 * @param {import('./subject.mjs').Subject} subject
 */
function serverOf(servers, subject) {
  const server = servers.get(processKey(subject))
  if (server === undefined) throw new Error(`${subject.label} was not started`)
  return server
}
