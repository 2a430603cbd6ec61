import assert from 'node:assert/strict'

/**
 * Runs something and fails when a promise was rejected meanwhile with nobody to hear of it. While it listens such a
 * rejection does not end the process.
 */
export async function withoutUnhandledRejections(work: () => Promise<void>): Promise<void> {
  const unhandled: unknown[] = []
  const listener = (reason: unknown): void => {
    unhandled.push(reason)
  }
  process.on('unhandledRejection', listener)
  try {
    await work()
    // Node reports them once the microtasks of a turn are done.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.off('unhandledRejection', listener)
  }
  assert.deepEqual(unhandled, [], 'a promise was rejected and nobody handled it')
}
