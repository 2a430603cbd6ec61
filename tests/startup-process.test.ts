import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { until } from './fixtures/raw-client.ts'

const service = fileURLToPath(new URL('./fixtures/starting-service.mjs', import.meta.url))

test.each([
  ['at the top level', 'started'],
  ['caught', 'started'],
  ['at the top level', 'healthy'],
])('SIGTERM while the service waits (%s) to have %s is a shutdown that goes well', async (how, what) => {
  const child = spawn(process.execPath, [service, how, what], { stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (said += text))
    await until(() => said.includes('ready'), 'the service', 10_000)
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
    expect(said).toBe('ready\n')
  } finally {
    child.kill('SIGKILL')
  }
})
