import assert from 'node:assert/strict'
import { queuedMs } from './thread-time.ts'

/** May be the fault of a busy machine, or of others who ask the dependency: measured again before it counts. */
export class Doubtful extends assert.AssertionError {}

const measurements = 3
const mostMeasurements = 8

/**
 * Repeats what may be doubtful: a machine that is busy elsewhere disturbs one measurement, not each of them. One during
 * which this thread stood in the queue for a processor longer than the slack, as then the dependency may have too, does
 * not count, up to eight of them.
 *
 * @throws what the work throws: at once, or when it counts for the third time if it is doubtful
 */
export async function measured(work: () => Promise<void>, slackMs: number, queued = queuedMs): Promise<void> {
  let counted = 0
  for (let measurement = 1; ; measurement++) {
    const before = queued()
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Doubtful)) throw error
      if (queued() - before <= slackMs) counted++
      if (counted === measurements || measurement === mostMeasurements) throw error
    }
  }
}
