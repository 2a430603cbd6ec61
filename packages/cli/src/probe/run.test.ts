import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { closedPort } from '../../../../tests/servers/faulty-tcp.ts'
import { fakeTerminal } from '../command/fake-terminal.ts'
import { createProgram } from '../command/program.ts'
import { runCommandLine } from '../command/run.ts'
import { UsageError } from '../command/usage-error.ts'
import { verbs } from '../verbs/index.ts'
import { probe } from '../verbs/probe.ts'
import { run } from './run.ts'

let server: Server
let port = 0
beforeAll(async () => {
  server = createServer(({ headers }, response) =>
    response.end(JSON.stringify({ status: 'UP', a: headers.a })),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => server.close())

/** As commander reads the verb's own options. */
async function asked(words: readonly string[], given: Parameters<typeof fakeTerminal>[0] = {}) {
  const terminal = fakeTerminal(given)
  const { Command } = await import('commander')
  const command = probe
    .define(new Command('probe'))
    .exitOverride()
    .configureOutput({ writeErr: terminal.err })
  let code = -1
  command.action(async () => {
    code = await run({ args: command.args, options: command.opts() }, terminal)
  })
  await command.parseAsync([...words], { from: 'user' })
  return { code, ...terminal.said }
}

describe('hale probe', () => {
  it('prints a line for one target', async () => {
    expect(await asked([`localhost:${port}/health`])).toEqual({
      code: 0,
      out: expect.stringMatching(
        new RegExp(`^UP http://localhost:${port}/health: HTTP 200 \\(\\d+ ms\\)\n$`),
      ),
      err: '',
    })
  })

  it('says what was asked where no path was given', async () => {
    const note = /\(\d+ ms\); asked \/, and hale's readiness is at \/health\/ready\n$/
    expect((await asked([`localhost:${port}`])).out).toMatch(note)
    expect((await asked([`:${await closedPort()}`])).out).toMatch(note)
    for (const at of [`localhost:${port}/`, `http://localhost:${port}`, `tcp://localhost:${port}`])
      expect((await asked([at])).out).not.toContain('asked')
    expect((await asked(['--json', `localhost:${port}`])).out).not.toContain('asked')
    expect((await asked(['--nagios', `localhost:${port}`])).out).not.toContain('asked')
  })

  it('prints a table for several, asked at the same time, and ends with the worst', async () => {
    const closed = await closedPort()
    const { code, out } = await asked([
      `tcp://127.0.0.1:${port}`,
      `:${closed}`.replace(':', 'tcp://127.0.0.1:'),
    ])
    expect(code).toBe(1)
    const [head, one, other] = out.split('\n')
    expect(head).toMatch(/^STATUS {4}TARGET +TIME {2}SAYS$/)
    expect(one).toMatch(/^UP {8}tcp:\/\/127\.0\.0\.1:\d+ +\d+ ms {2}connected$/)
    expect(other).toMatch(/^DOWN {6}tcp:\/\/127\.0\.0\.1:\d+ +\d+ ms {2}connection refused$/)
  })

  it('cuts what does not fit a terminal, and keeps the end of a target', async () => {
    const long = `http://127.0.0.1:${port}/${'x'.repeat(100)}/ready`
    for (const columns of [40, 59, 60, 80]) {
      const { out } = await asked([long, long], { interactive: true, columns })
      for (const line of out.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
      expect(out).toMatch(/\/ready( |$)/m)
      expect(out).toContain('HTTP 200')
    }
    expect((await asked([long, long], { columns: 60 })).out).toContain(long)
  })

  it('prints a line of JSON for each target', async () => {
    const { out } = await asked(['--json', `http://127.0.0.1:${port}/a`, `http://127.0.0.1:${port}/b`])
    const [a, b] = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect([a.target, b.target]).toEqual([`http://127.0.0.1:${port}/a`, `http://127.0.0.1:${port}/b`])
    expect(a).toMatchObject({ status: 'UP', healthy: true, httpStatus: 200 })
  })

  it('takes flags that may be given several times, and the rest of them', async () => {
    const at = `http://127.0.0.1:${port}/`
    expect(
      await asked(['-H', 'A: b', '-H', 'C: d', '--expect-json', 'a=b', '--expect-json', 'status=UP', at]),
    ).toMatchObject({ code: 0 })
    expect(await asked(['--expect-json', 'status=DOWN', at])).toMatchObject({
      code: 1,
      out: expect.stringContaining('answer not as expected'),
    })
    expect(await asked(['--quiet', '-s', '204', at])).toEqual({ code: 1, out: '', err: '' })
  })

  it('exits for Nagios and as gRPC probes do', async () => {
    const closed = await closedPort()
    expect(await asked(['--nagios', `tcp://127.0.0.1:${closed}`])).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^PROBE CRITICAL - connection refused \| time=/),
    })
    expect(await asked(['--grpc-codes', `grpc://127.0.0.1:${closed}`])).toMatchObject({ code: 2 })
    expect(await asked(['--grpc-codes', `grpc://127.0.0.1:${port}`])).toMatchObject({ code: 3 })
  })

  it('tells everything that is wrong, and asks nobody', async () => {
    await expect(asked(['--timeout', '5', '--retries', 'x', 'tcp://a'])).rejects.toThrow(
      /--timeout[\s\S]*--retries/,
    )
    const wrong = await asked(['--wait', '1h', 'tcp://a', 'http://127.0.0.1:1', 'ftp://b']).catch(
      (error) => error,
    )
    expect(wrong).toBeInstanceOf(UsageError)
    expect(wrong.problems).toEqual([
      expect.stringMatching(/^target 1: no port/),
      expect.stringMatching(/^target 3: cannot ask by ftp:/),
    ])
    await expect(asked(['--nagios', 'a:1', 'b:1'])).rejects.toThrow('--nagios: expected one target')
  })

  it.each([
    ['probe --nagios --colour', 'there is no option --colour'],
    ['probe --nagios', '<target> is missing'],
    ['probe --nagios a:1 b:1', '--nagios: expected one target'],
    ['probe --timeout 5 --retries x --nagios a:1', '--timeout: expected .*; --retries: expected'],
    ['probe --nagios --json a:1', '--nagios cannot be given together with --json'],
  ])('is 3 for Nagios, with one line on stdout, where nobody could be asked: %s', async (line, problem) => {
    const terminal = fakeTerminal()
    expect(await runCommandLine(line.split(' '), terminal, verbs)).toBe(3)
    expect(terminal.said.out).toMatch(new RegExp(`^PROBE UNKNOWN - [^\\n|]*${problem}[^\\n|]*\\n$`))
    expect(terminal.said.err).toBe('')
  })

  it('is 3 for help with --nagios, as of a plugin, and else 0', async () => {
    expect(await runCommandLine(['probe', '--nagios', '--help'], fakeTerminal(), verbs)).toBe(3)
    expect(await runCommandLine(['probe', '--help'], fakeTerminal(), verbs)).toBe(0)
    expect(await runCommandLine(['probe', '--json', 'ftp://a'], fakeTerminal(), verbs)).toBe(1)
  })

  it('asks as many as there are, and Node has nothing to warn of', async () => {
    const warned = vi.fn()
    process.once('warning', warned)
    expect(await asked(Array.from({ length: 30 }, () => `tcp://127.0.0.1:${port}`))).toMatchObject({
      code: 0,
    })
    await new Promise(setImmediate)
    process.off('warning', warned)
    expect(warned).not.toHaveBeenCalled()
  })

  it('says whom it waits for, and why', async () => {
    const closed = await closedPort()
    const terminal = fakeTerminal()
    const line = ['--delay', '10ms', `tcp://127.0.0.1:${closed}`, `tcp://127.0.0.1:${port}`]
    expect(await runCommandLine(['probe', '--wait', '200ms', ...line], terminal, verbs)).toBe(1)
    expect(terminal.shown.at(-1)).toBe(
      `Waiting 0s of 200ms for tcp://127.0.0.1:${closed}: connection refused`,
    )
    expect(terminal.said.err).toBe('')
  })

  it('ends when the process is asked to end', async () => {
    const ended = new AbortController()
    const asking = asked(['--wait', '1h', 'tcp://127.0.0.1:1'], { signal: ended.signal })
    ended.abort(new Error('SIGINT'))
    await expect(asking).rejects.toThrow('SIGINT')
  })
})

it('fits the grammar of the command line', () => {
  expect(createProgram(fakeTerminal(), () => {}, verbs).name()).toBe('hale')
})
