import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { isRunning } from './process-tree.mjs'

test('a server whose test process is killed ends, and its directory goes', async () => {
  // Plain JavaScript stands in for a test worker: it speaks to the reaper as leftovers.ts does, and dies of SIGKILL.
  const reaper = fileURLToPath(new URL('./reaper.mjs', import.meta.url))
  const worker = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `
    import { spawn } from 'node:child_process'
    import { mkdtempSync } from 'node:fs'
    import { tmpdir } from 'node:os'
    const directory = mkdtempSync(tmpdir() + '/hale-leftover-')
    const server = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    const reaper = spawn(process.execPath, [${JSON.stringify(reaper)}], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    for (const left of [{ directory }, { pid: server.pid }]) reaper.stdin.write(JSON.stringify(left) + '\\n')
    console.log(JSON.stringify({ directory, pid: server.pid }))
  `,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = (await once(createInterface({ input: worker.stdout }), 'line')) as [string]
  const { directory, pid } = JSON.parse(line) as { directory: string; pid: number }
  expect([isRunning(pid), existsSync(directory)]).toEqual([true, true])
  worker.kill('SIGKILL')
  await expect.poll(() => [isRunning(pid), existsSync(directory)], { timeout: 5_000 }).toEqual([false, false])
})
