// @ts-check
// Times the calls in turns: the libraries of a round meet about the same of what the machine does meanwhile.
import { createShuffle } from '../measure/shuffle.mjs'
import { answerRunner } from '../workload/runner-line.mjs'
import { situations } from './calls.mjs'

/** @typedef {{ readonly rounds: number, readonly calls: number }} Pace calls of each in each round */
/** @typedef {{ readonly situation: string, readonly library: string, readonly nanoseconds: number[] }} Timed by round */

const turns = situations.flatMap(({ situation, ...libraries }) =>
  Object.entries(libraries).map(([library, call]) => ({
    situation,
    library,
    call: /** @type {() => Promise<unknown>} */ (call),
    nanoseconds: /** @type {number[]} */ ([]),
  })),
)

answerRunner(
  'ready',
  /** @param {Pace} pace */ async ({ rounds, calls }) => {
    const shuffle = createShuffle()
    // The first round compiles.
    for (let round = 0; round <= rounds; round += 1) {
      for (const { call, nanoseconds } of shuffle(turns)) {
        const before = process.cpuUsage()
        for (let made = 0; made < calls; made += 1) await call()
        const { user, system } = process.cpuUsage(before)
        if (round > 0) nanoseconds.push(((user + system) * 1000) / calls)
      }
    }
    return turns.map(({ situation, library, nanoseconds }) => ({ situation, library, nanoseconds }))
  },
)
