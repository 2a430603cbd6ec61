import assert from 'node:assert/strict'
import type { ContractRehearsal } from './contract-rehearsal.ts'

type Count = () => number | PromiseLike<number>

const looks = 10
const answersWithinMs = 100

/** Runs the check that often, and expects no connection to have been accepted for it. */
export async function expectConnectionsStay(
  rehearsal: ContractRehearsal,
  accepted: Count,
  probes: number,
): Promise<void> {
  await rehearsal.recovers()
  const before = await accepted()
  let bad = 0
  let late = 0
  for (let probe = 1; probe <= probes; probe++) {
    if ((await rehearsal.run()).status !== 'UP') {
      bad++
      // One answer that is late on a busy machine would be the answer to all that come before its run has settled.
      late += 1 + (await rehearsal.recovers())
    }
    if (probe % Math.ceil(probes / looks) === 0) {
      const now = await accepted()
      // A run that was late may have been given up with its connection.
      assert.ok(now <= before + late, `${before} connections accepted before, ${now} after ${probe} probes`)
    }
  }
  assert.ok(bad <= probes * 0.1, `only ${probes - bad} of ${probes} probes were UP`)
}

/**
 * Begins to watch a count of connections while the dependency fails, when those that are open become fewer and those
 * that have been accepted do not. Returns how to look at it.
 */
export async function watchOfAccepted(accepted: Count | undefined): Promise<() => Promise<void>> {
  const before = await told(accepted)
  return async () => {
    const now = await told(accepted)
    assert.ok(
      before === undefined || now === undefined || now >= before,
      `subject.connections fell from ${before} to ${now}; expected those accepted so far, not those that are open`,
    )
  }
}

/** A dependency that counts by itself cannot tell while it is frozen or dead. */
async function told(accepted: Count | undefined): Promise<number | undefined> {
  if (accepted === undefined) return undefined
  let timer: NodeJS.Timeout | undefined
  try {
    const answer = accepted()
    if (typeof answer === 'number') return answer
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, answersWithinMs, undefined)
    })
    return await Promise.race([answer, late])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
