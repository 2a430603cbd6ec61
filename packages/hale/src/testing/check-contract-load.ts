import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { Doubtful } from './contract-measurement.ts'
import type { ContractRehearsal } from './contract-rehearsal.ts'

const ages = 5
const roundsPerAge = 4
const probesPerRound = 50
const sampleRuns = 3
const restMs = 50

/**
 * Asks for the check far more often than its results age, and expects the dependency to have been asked once for each
 * age. Time is made to pass, so that this takes as long as the answers do.
 */
export async function expectOneQuestionPerAge(
  rehearsal: ContractRehearsal,
  questions: () => number | PromiseLike<number>,
): Promise<void> {
  await rehearsal.recovers()
  const { ageMs } = rehearsal
  assert.ok(ageMs > 0, 'its results may not be served again (maxAgeMs.up: 0): each probe asks the dependency')
  const perRun = await costOfOneRun(rehearsal, questions)
  assert.ok(perRun > 0, 'subject.questions counted nothing while the check ran')
  rehearsal.pass(ageMs)
  const before = await questions()
  const from = rehearsal.now()
  for (let round = 0; round < ages * roundsPerAge; round++) {
    await Promise.all(Array.from({ length: probesPerRound }, () => rehearsal.probe()))
    rehearsal.pass(ageMs / roundsPerAge)
  }
  const passed = (rehearsal.now() - from) / ageMs
  const most = Math.floor(passed) + 1
  const asked = (await questions()) - before
  // Bytes differ by a few from one question to the next, so it is one question more that counts.
  if (asked < (most + 1) * perRun) return
  throw new Doubtful({
    message:
      `${ages * roundsPerAge * probesPerRound} probes over ${passed.toFixed(1)} ages of a result came to ` +
      `${asked} questions; ${most} runs with ${perRun} each were expected at most`,
  })
}

/** The most of a few runs. */
async function costOfOneRun(
  rehearsal: ContractRehearsal,
  questions: () => number | PromiseLike<number>,
): Promise<number> {
  let most = 0
  for (let run = 0; run < sampleRuns; run++) {
    const before = await questions()
    await rehearsal.run()
    most = Math.max(most, (await questions()) - before)
  }
  return most
}

/**
 * How many questions there were before it begins, once nobody asks: a client that has just been made is still
 * connecting. Undefined where they are not counted, or somebody asks all the time.
 */
export async function countAtRest(
  questions: (() => number | PromiseLike<number>) | undefined,
  withinMs: number,
): Promise<number | undefined> {
  if (questions === undefined) return undefined
  const until = performance.now() + withinMs
  for (let last = await questions(); performance.now() < until; ) {
    await delay(restMs)
    const count = await questions()
    if (count === last) return count
    last = count
  }
  return undefined
}
