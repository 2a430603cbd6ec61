import { existsSync } from 'node:fs'
import { expect } from 'vitest'
import { isRunning } from './process-tree.mjs'

/** Expects that nothing of a closed server is left: no process of its tree, no directory. */
export function expectNothingLeft({
  pids,
  directory,
}: {
  pids: readonly number[]
  directory?: string
}): void {
  expect(pids.length, 'an empty list of processes would prove nothing').toBeGreaterThan(0)
  expect(pids.filter(isRunning)).toEqual([])
  if (directory) expect(existsSync(directory)).toBe(false)
}
