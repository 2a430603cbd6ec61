import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { until } from './fixtures/until.ts'
import { haleInTerminal, type RealTerminal, scriptProgram } from './servers/real-terminal.ts'
import { whenProvided } from './servers/when-provided.ts'

const hale = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url))

let origin = ''
const server = createServer((_, response) =>
  response.end(
    JSON.stringify({ status: 'UP', service: 'orders', details: { application: { status: 'UP' } } }),
  ),
)
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

// A test that failed has left the terminal open; what runs in it ends with it.
const open: RealTerminal[] = []
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close()
})

function watching(): RealTerminal {
  const terminal = haleInTerminal(['watch', '-i', '100ms', origin])
  open.push(terminal)
  return terminal
}

const entered = '\u001b[?1049h'
const left = '\u001b[?1049l'
/** The last that is written: lines wrap, the cursor is seen, and the screen is the one before. */
const restored = `\u001b[?7h\u001b[?25h${left}`
const asBefore = /^exit 0\r\nicanon echo $/

whenProvided(scriptProgram, 'a real terminal', () => {
  test('is drawn on, answers keys, follows its size, and is as before when hale watch has been left', async () => {
    const { keys, said, narrow, ended } = watching()
    await until(() => said().includes('orders'), true)
    expect(said()).toMatch(/^icanon echo /)
    keys('?')
    await until(() => said().includes('show its checks'), true)
    keys('?')
    keys(' ')
    await until(() => said().includes('PAUSED'), true)
    const before = said().length
    narrow()
    // A message and sparkline have no room any more.
    await until(() => said().slice(before).includes('q quit  space pause  ↑↓  enter  r  ?'), true)
    expect(said().slice(before)).toContain('\u001b[2J')
    keys('q')
    await ended
    expect(said().split(entered)).toHaveLength(2)
    expect(said().split(left)).toHaveLength(2)
    const [, after] = said().split(restored)
    expect(after).toMatch(asBefore)
  })

  test('is as before when Ctrl-C has been pressed', async () => {
    const { keys, said, ended } = watching()
    await until(() => said().includes('orders'), true)
    keys('\u0003')
    await ended
    const [, after] = said().split(restored)
    expect(after).toMatch(asBefore)
  })
})

test('ends without a word when nobody reads its lines any more', async () => {
  const child = spawn(process.execPath, [hale, 'watch', '--json', '-i', '100ms', origin])
  child.stdin.end()
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  child.stdout.once('data', () => child.stdout.destroy())
  const [code] = await once(child, 'close')
  expect({ code, err }).toEqual({ code: 141, err: '' })
})

const full = '/dev/full'

test.runIf(existsSync(full)).each([
  ['watch', 1, 'hale: the output could not be written: the disk is full\n'],
  // The exit code of a probe is its answer.
  ['probe', 0, ''],
])('%s ends with %i when the disk is full that its output goes to', async (verb, code, err) => {
  const disk = openSync(full, 'w')
  const child = spawn(process.execPath, [hale, verb, '--json', origin], { stdio: ['ignore', disk, 'pipe'] })
  closeSync(disk)
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  expect(await once(child, 'close')).toEqual([code, null])
  expect(said).toBe(err)
})
