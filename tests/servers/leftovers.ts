import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

let reaper: ChildProcess | undefined

function tell(message: { pid?: number; directory?: string; gone?: boolean }): void {
  if (!reaper) {
    // Detached, because a Ctrl-C in the terminal must reach the tests and not the one who cleans up after them.
    reaper = spawn(process.execPath, [fileURLToPath(new URL('./reaper.mjs', import.meta.url))], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    reaper.unref()
    ;(reaper.stdin as unknown as { unref(): void }).unref()
  }
  reaper.stdin?.write(`${JSON.stringify(message)}\n`)
}

/** Whatever is announced here is killed or removed when this process ends in whatever way without withdrawing it. */
export const leftovers = {
  add(leftover: { pid?: number; directory?: string }): void {
    tell(leftover)
  },
  withdraw(leftover: { pid?: number; directory?: string }): void {
    tell({ ...leftover, gone: true })
  },
}
