import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { until } from './fixtures/until.ts'
import { whenProvided } from './servers/when-provided.ts'

const hale = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url))
const scriptProgram = { name: 'script', program: 'script', debianPackage: 'bsdutils' }

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
const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill()
})

/** `hale watch` in a real terminal of 60 columns, whose modes are told before and after. */
function inTerminal() {
  const command = `stty cols 60 rows 14; stty -a | grep -o -- '-\\?icanon'; '${process.execPath}' '${hale}' watch -i 100ms ${origin}; echo "exit $?"; stty -a | grep -o -- '-\\?icanon'`
  const env = { PATH: process.env.PATH, TERM: 'xterm-256color', LANG: 'C.UTF-8', SHELL: '/bin/sh' }
  const child = spawn(scriptProgram.program, ['-qec', command, '/dev/null'], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  running.push(child)
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  return { keys: (text: string) => child.stdin.write(text), said: () => said, ended: once(child, 'exit') }
}

const entered = '\u001b[?1049h'
const left = '\u001b[?1049l'

whenProvided(scriptProgram, 'a real terminal', () => {
  test('is drawn on, answers keys, and is as before when hale watch has been left', async () => {
    const { keys, said, ended } = inTerminal()
    await until(() => said().includes('orders'), true)
    expect(said()).toMatch(/^icanon\r\n/)
    keys('?')
    await until(() => said().includes('show its checks'), true)
    keys('?')
    keys(' ')
    await until(() => said().includes('PAUSED'), true)
    keys('q')
    await ended
    const after = said().slice(said().indexOf(left))
    expect(said().split(entered)).toHaveLength(2)
    expect(after).toMatch(/exit 0\r\nicanon\r\n$/)
    expect(said()).toContain('\u001b[?25h')
  })

  test('is as before when Ctrl-C has been pressed', async () => {
    const { keys, said, ended } = inTerminal()
    await until(() => said().includes('orders'), true)
    keys('\u0003')
    await ended
    expect(said().slice(said().indexOf(left))).toMatch(/exit 0\r\nicanon\r\n$/)
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
