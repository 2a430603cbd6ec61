// @ts-check
/**
 * Outlives the test process that started it and removes what that one left behind: a worker that is killed for
 * hanging runs no exit handler. It learns of servers and directories through standard input, whose end means
 * that the test process is gone.
 */
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { killTree } from './process-tree.mjs'

/** @type {Set<number>} */
const pids = new Set()
/** @type {Set<string>} */
const directories = new Set()

for await (const line of createInterface({ input: process.stdin })) {
  /** @type {{ pid?: number, directory?: string, gone?: boolean }} */
  const { pid, directory, gone } = JSON.parse(line)
  if (pid) gone ? pids.delete(pid) : pids.add(pid)
  if (directory) gone ? directories.delete(directory) : directories.add(directory)
}

for (const pid of pids) killTree(pid)
for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
