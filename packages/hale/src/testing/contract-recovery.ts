import assert from 'node:assert/strict'
import type { ContractRehearsal } from './contract-rehearsal.ts'
import type { CheckContract } from './contract-subject.ts'

const pollMs = 25
/** A use that is not answered may never be, while another would be. */
const patienceMs = 500

/**
 * Expects the check to be UP again. First with nobody else using the client, as it is where no request comes before the
 * check is UP; where the client takes its time to connect again, as soon as that works.
 */
export async function expectRecovery(
  rehearsal: ContractRehearsal,
  { works, recoverWithinMs }: CheckContract,
): Promise<void> {
  if (works === undefined) {
    await rehearsal.recovers()
    return
  }
  if (await rehearsal.recoversAlone()) return
  await untilItWorks(works, recoverWithinMs)
  await rehearsal.follows()
}

async function untilItWorks(works: () => unknown, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs
  let lastError: unknown
  let worked = false
  while (!worked) {
    const left = deadline - performance.now()
    if (left <= 0) {
      const message = `subject.works did not resolve within ${withinMs} ms after heal`
      throw Object.assign(new assert.AssertionError({ message }), { cause: lastError })
    }
    const use = Promise.resolve()
      .then(works)
      .then(
        () => {
          worked = true
        },
        async (error: unknown) => {
          lastError = error
          await pause(pollMs)
        },
      )
    await Promise.race([use, pause(Math.min(left, patienceMs))])
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
