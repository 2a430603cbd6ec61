import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeTerminal } from '../command/fake-terminal.ts'
import { runCommandLine } from '../command/run.ts'
import { watch } from '../verbs/watch.ts'
import { run } from './run.ts'
import type { ScreenProcess } from './screen.ts'

let origin = ''
let up = true
let asked: (string | undefined)[] = []
const server = createServer((request, response) => {
  asked.push(request.headers.authorization)
  const search = up ? { status: 'UP' } : { status: 'DOWN', error: 'connection refused', critical: true }
  response.statusCode = up ? 200 : 503
  const status = up ? 'UP' : 'DOWN'
  response.end(
    JSON.stringify({ status, service: 'orders', details: { application: { status: 'UP' }, search } }),
  )
})
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())
beforeEach(() => {
  up = true
  asked = []
})

const options = { interval: 100, timeout: 2000 }

describe('--once', () => {
  const look = async (...argv: string[]) => {
    const terminal = fakeTerminal({ env: { LANG: 'C.UTF-8' } })
    return { code: await runCommandLine(['watch', '--once', ...argv], terminal, [watch]), ...terminal.said }
  }

  it('is 0 when all are healthy', async () => {
    const { code, out, err } = await look(origin)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^✓ UP orders {2}http:\/\/127.0.0.1:\d+\/health\/ready {2}[\d.]+ ms\n$/)
    expect(asked).toHaveLength(1)
  })

  it('is 1 when one is not, and says which check', async () => {
    up = false
    const { code, out } = await look(origin, 'http://127.0.0.1:1/')
    expect(code).toBe(1)
    expect(out).toMatch(
      /^✗ DOWN orders .*\n {2}search {2}✗ DOWN {2}connection refused\n✗ DOWN 127.0.0.1:1\/ .*connection refused\n$/,
    )
  })

  it('is JSON on lines when asked to be', async () => {
    up = false
    const { code, out } = await look('--json', origin)
    expect(code).toBe(1)
    expect(JSON.parse(out)).toEqual({
      at: expect.stringMatching(/Z$/),
      url: `${origin}/health/ready`,
      service: 'orders',
      status: 'DOWN',
      message: 'search: connection refused',
      answered: true,
      http_status: 503,
      format: 'hale',
      response_time_ms: expect.any(Number),
      checks: { search: { status: 'DOWN', message: 'connection refused', critical: true } },
    })
  })

  it('sends headers, of which several may stand before the endpoints', async () => {
    expect((await look('-H', 'X-A: b', '-H', 'Authorization: Bearer t', origin)).code).toBe(0)
    expect(asked).toEqual(['Bearer t'])
  })

  it('tells all that is wrong, and no secret', async () => {
    const { code, err, out } = await look(
      '-H',
      'secret',
      '--token-file',
      '/none',
      'http://me:secret@ x',
      'tcp://a',
    )
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err.split('\n')).toHaveLength(5)
    expect(err).not.toContain('secret')
    expect(err).toMatch(
      /<url> number 1 .*\n.*<url> number 2 .*hale probe.*\n.*--header takes.*\n.*--token-file/,
    )
  })
})

describe('without a terminal', () => {
  it('writes what is, then what changes, until it is ended', async () => {
    const ended = new AbortController()
    const terminal = fakeTerminal({ signal: ended.signal })
    const running = run({ args: [origin], options }, terminal)
    await vi.waitFor(() => expect(terminal.said.out).toMatch(/UP/))
    up = false
    await vi.waitFor(() => expect(terminal.said.out).toMatch(/search {2}UP -> DOWN {2}connection refused\n$/))
    ended.abort('SIGTERM')
    expect(await running).toBe(143)
    const [, whole = ''] = terminal.said.out.split('\n')
    expect(whole).toMatch(/^\d{4}-\d\d-\d\dT.*Z {2}orders {2}UP -> DOWN {2}search: connection refused$/)
  })

  it('writes each look as JSON, with the status before when that was another', async () => {
    const ended = new AbortController()
    const terminal = fakeTerminal({ signal: ended.signal })
    const running = run({ args: [origin], options: { ...options, json: true } }, terminal)
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1))
    up = false
    await vi.waitFor(() => expect(terminal.said.out).toContain('"from":"UP"'))
    ended.abort('SIGINT')
    expect(await running).toBe(130)
    const lines = terminal.said.out.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).status)).toContain('DOWN')
  })
})

/** A terminal of 60 columns and 12 rows that keeps what was written, and whose person is the test. */
function fakeScreen() {
  const written: string[] = []
  const raw: boolean[] = []
  const killed: unknown[][] = []
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true as const,
    setRawMode: (on: boolean) => raw.push(on),
    resume: () => {},
    pause: () => {},
    setEncoding: () => {},
  })
  const stdout = Object.assign(new EventEmitter(), {
    columns: 60,
    rows: 12,
    write: (text: string) => written.push(text) > 0,
  })
  const process = Object.assign(new EventEmitter(), {
    stdin,
    stdout,
    pid: 42,
    kill: (...to: unknown[]) => killed.push(to) > 0,
  })
  return { process: process as unknown as ScreenProcess & EventEmitter, stdin, stdout, written, raw, killed }
}

const entered = '\u001b[?1049h'
const left = '\u001b[?1049l'

describe('on a terminal', () => {
  const live = () => {
    const screen = fakeScreen()
    const ended = new AbortController()
    const terminal = fakeTerminal({ interactive: true, signal: ended.signal })
    const running = run({ args: [origin], options }, terminal, screen.process)
    const text = () => stripVTControlCharacters(screen.written.join('\n'))
    return { ...screen, ended, running, text, said: terminal.said }
  }

  it('draws, takes keys and gives all back', async () => {
    const { stdin, running, written, raw, text, process, said } = live()
    expect(raw).toEqual([true])
    await vi.waitFor(() => expect(text()).toContain('orders'))
    stdin.emit('data', ' ')
    expect(text()).toContain('PAUSED')
    stdin.emit('data', 'r?')
    expect(text()).toContain('ask all now')
    stdin.emit('data', 'jkq')
    expect(await running).toBe(0)
    expect(written[0]).toContain(entered)
    expect(written.at(-1)).toContain(left)
    expect(raw).toEqual([true, false])
    // Nothing listens any more, so that the process can end.
    expect([process, stdin].map((emitter) => emitter.eventNames())).toEqual([[], []])
    expect(said).toEqual({ out: '', err: '' })
  })

  it('is given back when the process is asked to end', async () => {
    const { ended, running, written } = live()
    ended.abort('SIGTERM')
    expect(await running).toBe(143)
    expect(written.at(-1)).toContain(left)
  })

  it('is given back before a crash is told', async () => {
    const { process, stdin, running, written } = live()
    process.emit('uncaughtExceptionMonitor')
    expect(written.at(-1)).toContain(left)
    stdin.emit('data', 'q')
    await running
    expect(written.filter((text) => text.includes(left))).toHaveLength(1)
  })

  it('is lent back while the process is stopped', async () => {
    const { process, stdin, running, written, raw, killed } = live()
    stdin.emit('data', '\u001a')
    expect(killed).toEqual([[0, 'SIGTSTP']])
    process.emit('SIGTSTP')
    expect(written.at(-1)).toContain(left)
    expect(killed.at(-1)).toEqual([42, 'SIGSTOP'])
    process.emit('SIGCONT')
    expect(raw).toEqual([true, false, true])
    expect(written.at(-1)).toContain('hale watch')
    stdin.emit('data', 'q')
    await running
  })

  it('draws anew in another size, and else only what has changed', async () => {
    const { stdout, stdin, running, written, text } = live()
    await vi.waitFor(() => expect(text()).toContain('orders'))
    stdin.emit('data', ' ')
    const before = written.length
    stdin.emit('data', 'g')
    expect(written.slice(before).join('')).not.toContain('SERVICE')
    stdout.columns = 40
    stdout.emit('resize')
    expect(written.at(-1)).toContain('SERVICE')
    stdin.emit('data', 'q')
    await running
  })
})
