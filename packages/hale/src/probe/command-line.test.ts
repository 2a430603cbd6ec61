import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closedPort } from '../../../../tests/servers/faulty-tcp.ts'
import { commandLine } from './command-line.ts'
import { type FlagsRead, probeFlags, readProbeFlags } from './probe-flags.ts'

let server: Server
let port = 0
let asked: string[] = []
let body = '{"status":"UP"}'
let status = 200
beforeAll(async () => {
  server = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url}`)
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => server.close())

const run = (args: string, env: Record<string, string> = {}) =>
  commandLine(
    args.split(' ').filter((word) => word !== ''),
    env,
  )

describe('the target', () => {
  it.each([
    ['a URL', (at: number) => `http://127.0.0.1:${at}/a`, () => ({}), 'GET /a'],
    ['without a scheme', (at: number) => `127.0.0.1:${at}/a`, () => ({}), 'GET /a'],
    ['a port alone', (at: number) => `:${at}`, () => ({}), 'GET /'],
    ['a path', () => '/health/ready', (at: number) => ({ PORT: `${at}` }), 'GET /health/ready'],
    ['none', () => '', (at: number) => ({ PORT: `${at}` }), 'GET /health/live'],
    [
      'that of the environment',
      () => '',
      (at: number) => ({ HALE_PROBE_URL: `http://127.0.0.1:${at}/b` }),
      'GET /b',
    ],
  ])('may be %s', async (_what, args, env, request) => {
    asked = []
    const said = await run(args(port), env(port))
    expect(said).toMatchObject({ code: 0 })
    expect(said.out).toMatch(new RegExp(`^UP http://127\\.0\\.0\\.1:${port}/\\S*: HTTP 200 \\(\\d+ ms\\)\n$`))
    expect(said.err).toBeUndefined()
    expect(asked).toEqual([request])
  })

  it.each([
    ['', {}, 'no target: give a URL, or set PORT'],
    ['/health', {}, 'no target: give a URL, or set PORT'],
    ['/health', { PORT: 'abc' }, 'no target: give a URL, or set PORT'],
    ['8080', {}, 'a port needs a host: localhost:8080'],
    ['ftp://a/', {}, 'cannot ask by ftp://'],
    ['http://', {}, 'not a target'],
    ['tcp://a', {}, 'no port; expected tcp://a:port'],
    ['tcp://:80', {}, 'not a target'],
    ['tcp://a:80/b', {}, 'tcp: takes no path'],
    ['grpc://u:secret@a:80', {}, 'credentials are for http'],
    ['unix:app.sock', {}, 'expected unix:/path/of.sock'],
    ['unix:/a\u001b[2J', {}, 'expected unix:/path/of.sock'],
    ['--retries -1 http://a', {}, '--retries: expected a value, got another option\n'],
    ['unix:/a --unix-socket /b', {}, 'names a Unix socket, and another one'],
    ['http://a http://b', {}, 'expected one target, got 2'],
  ])('cannot be %j', async (args, env, problem) => {
    const said = await run(args, env as Record<string, string>)
    expect(said).toMatchObject({ code: 1 })
    expect(said.err).toContain(problem)
    expect(said.err).not.toContain('secret')
    expect(said.err).not.toContain('\u001b')
    expect(said.out).toBeUndefined()
  })
})

describe('exit codes and what is printed', () => {
  it('are for Docker', async () => {
    const closed = await closedPort()
    expect(await run(`:${closed}`)).toEqual({
      code: 1,
      out: expect.stringMatching(/^DOWN .*: connection refused \(\d+ ms\)\n$/),
    })
    expect(await run(`-q :${closed}`)).toEqual({ code: 1 })
    expect(await run(`--quiet :${port}`)).toEqual({ code: 0 })
    expect(await run(`-r 1 --delay 1ms :${closed}`)).toMatchObject({
      out: expect.stringContaining('2 attempts'),
    })
  })

  it('are for Nagios', async () => {
    const perfdata = '\\| time=0\\.\\d{6}s;0\\.5;3;0 size=\\d+B;;;0\n$'
    expect(await run(`--nagios --slow 500ms :${port}`)).toEqual({
      code: 0,
      out: expect.stringMatching(new RegExp(`^PROBE OK - HTTP 200 ${perfdata}`)),
    })
    body = '{"status":"DEGRADED"}'
    const warned = await run(`--nagios --slow 500ms :${port}`)
    body = '{"status":"UP"}'
    expect(warned).toEqual({
      code: 1,
      out: expect.stringMatching(new RegExp(`^PROBE WARNING - HTTP 200, DEGRADED ${perfdata}`)),
    })
    const closed = await closedPort()
    expect(await run(`--nagios :${closed}`)).toEqual({
      code: 2,
      out: expect.stringMatching(/^PROBE CRITICAL - connection refused \| time=0\.\d{6}s;;3;0\n$/),
    })
    expect(await run(`--nagios --certificate-days 14,7 :${closed}`)).toMatchObject({ code: 2 })
  })

  it.each([
    ['--nagios', 'no target: give a URL'],
    ['--nonsense --nagios', "Unknown option '--nonsense'"],
    ['--nagios=1 :1', "Option '--nagios' does not take an argument"],
    ['--nagios --timeout 5 --retries x :1', '--timeout: expected .*; --retries: expected'],
    ['--nagios --json :1', '--json cannot be given together with --nagios'],
    ['--nagios --grpc-codes :1', '--grpc-codes cannot be given together with --nagios'],
    ['--nagios ftp://a', 'cannot ask by ftp://'],
  ])('are 3 for Nagios, with one line on stdout, where nothing could be asked: %s', async (args, problem) => {
    expect(await run(args)).toEqual({
      code: 3,
      out: expect.stringMatching(new RegExp(`^PROBE UNKNOWN - [^\n|]*${problem}[^\n|]*\n$`)),
    })
  })

  it('are 3 for help, too, lest a plugin that was set up by mistake looks well', async () => {
    expect(await run('--nagios --help')).toMatchObject({ code: 3, out: expect.stringMatching(/^Usage:/) })
    // What stands behind -- is a target, whatever it looks like.
    expect(await run('-- --nagios another')).toMatchObject({ code: 1, err: expect.anything() })
  })

  it('are those of gRPC probes when asked for', async () => {
    const closed = await closedPort()
    expect(await run(`--grpc-codes grpc://127.0.0.1:${closed}`)).toMatchObject({ code: 2 })
    expect(await run(`--grpc-codes grpc://127.0.0.1:${port}`)).toMatchObject({ code: 3 })
  })

  it('are JSON on one line of at most 4096 bytes', async () => {
    const said = await run(`--json http://user:secret@127.0.0.1:${port}/a?token=b`)
    expect(JSON.parse(said.out ?? '')).toEqual({
      status: 'UP',
      healthy: true,
      message: 'HTTP 200',
      target: `http://127.0.0.1:${port}/a`,
      httpStatus: 200,
      bodyBytes: 15,
      durationMs: expect.any(Number),
      attempts: 1,
    })
    const many = Array.from({ length: 60 }, (_, index) => [`${'x'.repeat(60)}${index}`, { status: 'DOWN' }])
    body = JSON.stringify({ status: 'DOWN', details: Object.fromEntries(many) })
    status = 503
    const long = await run(`--json :${port}/${'y'.repeat(2000)}`)
    const text = await run(`:${port}/${'y'.repeat(5000)}`)
    body = '{"status":"UP"}'
    status = 200
    for (const { out = '' } of [long, text]) {
      expect(Buffer.byteLength(out)).toBeLessThanOrEqual(4096)
      expect(out.indexOf('\n')).toBe(out.length - 1)
    }
    const { components, leftOut } = JSON.parse(long.out ?? '')
    expect(Object.keys(components).length + leftOut).toBe(60)
  })

  it('are help, with every flag', async () => {
    const said = await run('--help --nonsense'.split(' ')[0] ?? '')
    expect(said.code).toBe(0)
    for (const { name } of probeFlags) expect(said.out).toContain(`--${name}`)
    expect(Math.max(...(said.out ?? '').split('\n').map((line) => line.length))).toBeLessThanOrEqual(110)
  })
})

describe('flags', () => {
  const read = (values: Record<string, string | boolean | string[]>): FlagsRead =>
    readProbeFlags(values, (path) => {
      if (path === 'ca.pem') return '-----BEGIN CERTIFICATE-----'
      if (path === 'none.pem') return 'nothing'
      throw new Error('no such file')
    })

  it('become options', () => {
    expect(
      read({
        timeout: '1m30s',
        retries: '3',
        delay: '250ms',
        wait: '1h',
        slow: '0.5s',
        status: '200-299,304',
        header: ['Accept: text/plain', 'X-Empty:'],
        match: '^ok$',
        'expect-json': ['status=UP', 'a.b=1', 'c'],
        'expect-header': ['x-zone: a', 'date'],
        send: 'PING\\r\\n',
        'certificate-days': '14,7',
        insecure: true,
        cacert: 'ca.pem',
        cert: 'ca.pem',
        key: 'ca.pem',
        servername: 'a.example',
        'unix-socket': '/a',
      }),
    ).toEqual({
      options: {
        timeoutMs: 90_000,
        retries: 3,
        retryDelayMs: 250,
        waitMs: 3_600_000,
        degradedAfterMs: 500,
        expectedStatus: '200-299,304',
        headers: { Accept: 'text/plain', 'X-Empty': '' },
        expectBody: /^ok$/m,
        expectJson: [{ path: 'status', equals: ['UP'] }, { path: 'a.b', equals: ['1', 1] }, { path: 'c' }],
        expectHeaders: { 'x-zone': 'a', date: true },
        send: 'PING\r\n',
        daysLeft: { degradedAt: 14, downAt: 7 },
        insecure: true,
        ca: '-----BEGIN CERTIFICATE-----',
        cert: '-----BEGIN CERTIFICATE-----',
        key: '-----BEGIN CERTIFICATE-----',
        servername: 'a.example',
        socketPath: '/a',
      },
    })
    expect(read({ 'certificate-days': '14', head: true, expect: 'no' })).toHaveProperty('problems')
    expect(read({ 'certificate-days': '14', head: true })).toEqual({
      options: { daysLeft: { downAt: 14 }, method: 'HEAD' },
    })
  })

  it.each([
    [{ timeout: '5' }, '--timeout: expected a time with its unit'],
    [{ timeout: '5x' }, '--timeout'],
    [{ timeout: '' }, '--timeout'],
    [{ wait: '0s' }, '--wait'],
    [{ wait: '9999999h' }, '--wait'],
    [{ retries: '-1' }, '--retries'],
    [{ retries: '1001' }, '--retries'],
    [{ slow: '3s' }, '--slow: expected less than --timeout'],
    [{ status: '99' }, '--status'],
    [{ status: '300-200' }, '--status'],
    [{ header: ['no colon'] }, '--header'],
    [{ header: ['a: b\r\nc: d'] }, '--header'],
    [{ 'expect-header': ['a b'] }, '--expect-header'],
    [{ 'expect-json': ['=UP'] }, '--expect-json'],
    [{ match: '(' }, '--match'],
    [{ match: 'a', expect: 'b' }, '--match: give it or --expect'],
    [{ expect: '' }, '--expect: expected a text'],
    [{ 'certificate-days': 'soon' }, '--certificate-days'],
    [{ 'certificate-days': '7,14' }, '--certificate-days: expected the days for DEGRADED first'],
    [{ cacert: 'none.pem' }, '--cacert'],
    [{ cacert: 'missing.pem' }, '--cacert'],
    [{ cert: 'ca.pem' }, '--cert and --key'],
  ] as const)('are refused: %j', (values, problem) => {
    const found = read(values as never)
    expect('problems' in found && found.problems.join('\n')).toContain(problem)
  })

  it('are refused all together, and a misspelt one with the right one', async () => {
    const { err = '' } = await run('--timeout 5 --retries x :1')
    expect(err).toMatch(/--timeout[\s\S]*--retries/)
    expect((await run('--timout 5s :1')).err).toMatch(/--timout.*--timeout/)
  })
})
