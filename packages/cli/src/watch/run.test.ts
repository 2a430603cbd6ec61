import { EventEmitter, once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { stripVTControlCharacters } from 'node:util'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAuthority, opensslProgram } from '../../../../tests/servers/certificates.ts'
import { startFaultyHttp } from '../../../../tests/servers/faulty-http.ts'
import { createServerDirectory } from '../../../../tests/servers/server-directory.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import { fakeTerminal } from '../command/fake-terminal.ts'
import { runCommandLine } from '../command/run.ts'
import { watch } from '../verbs/watch.ts'
import { run } from './run.ts'
import type { ScreenProcess } from './screen.ts'

let origin = ''
let up = true
let asked: (string | undefined)[] = []
/** Answers that wait, where there shall be many at once. */
let held: (() => void)[] | undefined
const server = createServer((request, response) => {
  asked.push(request.headers.authorization)
  const search = up ? { status: 'UP' } : { status: 'DOWN', error: 'connection refused', critical: true }
  response.statusCode = up ? 200 : 503
  const status = up ? 'UP' : 'DOWN'
  const body = JSON.stringify({
    status,
    service: 'orders',
    details: { application: { status: 'UP' }, search },
  })
  if (held === undefined) response.end(body)
  else held.push(() => response.end(body))
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
  held = undefined
})

const options = { interval: 100, timeout: 2000 }

const ajv = new Ajv()
addFormats.default(ajv)
const isLine = ajv.compile(
  JSON.parse(readFileSync(new URL('../../hale-watch.schema.json', import.meta.url), 'utf8')),
)

/** Lines of JSON, each as its schema has it. */
function linesOf(out: string): readonly Record<string, string>[] {
  const lines = out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
  for (const line of lines) expect(isLine(line) || isLine.errors, JSON.stringify(line)).toBe(true)
  return lines
}

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
    expect(linesOf(out)).toEqual([
      {
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
      },
    ])
  })

  it('looks at fifty, each once, and Node has nothing to warn of', async () => {
    const warned = vi.fn()
    process.once('warning', warned)
    const { code, out } = await look(
      '--json',
      ...Array.from({ length: 50 }, (_, index) => `${origin}/e${index}`),
    )
    expect(code).toBe(0)
    const lines = linesOf(out)
    expect(lines.map(({ url }) => url)).toEqual(lines.map((_, index) => `${origin}/e${index}`))
    expect([lines.length, asked.length]).toEqual([50, 50])
    await new Promise(setImmediate)
    process.off('warning', warned)
    expect(warned).not.toHaveBeenCalled()
  })

  whenOwned(opensslProgram, 'over TLS', () => {
    it('trusts whom it is told to, and nobody else', async () => {
      const authority = createAuthority()
      const directory = createServerDirectory('watch')
      writeFileSync(`${directory.path}/ca.pem`, authority.ca)
      writeFileSync(`${directory.path}/none.pem`, 'nothing')
      await using https = await startFaultyHttp({ kind: 'status', status: 200 }, authority.issue())
      try {
        expect((await look('--cacert', `${directory.path}/ca.pem`, https.url)).code).toBe(0)
        const { code, out } = await look(https.url)
        expect(code).toBe(1)
        expect(out).toContain('certificate not trusted')
        const wrong = await look('--cacert', `${directory.path}/none.pem`, https.url)
        expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('--cacert takes a file') })
      } finally {
        directory.remove()
      }
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
    expect(linesOf(terminal.said.out).map(({ status }) => status)).toContain('DOWN')
  })

  it('sees an endpoint die, and come back', async () => {
    const mortal = createServer((_, response) => response.end('{"status":"UP","details":{}}'))
    mortal.listen(0, '127.0.0.1')
    await once(mortal, 'listening')
    const { port } = mortal.address() as AddressInfo
    const ended = new AbortController()
    const terminal = fakeTerminal({ signal: ended.signal })
    const seen = () =>
      linesOf(terminal.said.out).flatMap(({ from, status }) => (from ? [`${from} ${status}`] : []))
    const running = run(
      { args: [`http://127.0.0.1:${port}/`], options: { ...options, interval: 20, json: true } },
      terminal,
    )
    await vi.waitFor(() => expect(terminal.said.out).toContain('UP'))
    mortal.close()
    await vi.waitFor(() => expect(seen()).toEqual(['UP DOWN']))
    mortal.listen(port, '127.0.0.1')
    await vi.waitFor(() => expect(seen()).toEqual(['UP DOWN', 'DOWN UP']))
    ended.abort('SIGINT')
    await running
    mortal.close()
    expect(linesOf(terminal.said.out).find(({ from }) => from === 'UP')).toMatchObject({
      answered: false,
      message: expect.stringMatching(/^connection (refused|reset)$/),
    })
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

  it('draws once for what comes at once', async () => {
    const screen = fakeScreen()
    screen.stdout.rows = 60
    held = []
    const ended = new AbortController()
    const args = Array.from({ length: 30 }, (_, index) => `${origin}/${index}`)
    const running = run(
      { args, options: { ...options, interval: 60_000 } },
      fakeTerminal({ interactive: true, signal: ended.signal }),
      screen.process,
    )
    await vi.waitFor(() => expect(held).toHaveLength(30))
    for (const answer of held ?? []) answer()
    await vi.waitFor(() => expect(stripVTControlCharacters(screen.written.at(-1) ?? '')).toContain('UP'))
    ended.abort('SIGTERM')
    await running
    // The first, those of some frames, and what gives the screen back; not one for each answer.
    expect(screen.written.length).toBeLessThan(15)
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
