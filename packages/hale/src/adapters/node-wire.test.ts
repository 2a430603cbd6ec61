import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { closeAfterEach } from '../../../../tests/close-after-each.ts'
import { servedUntilClosed } from '../../../../tests/served-health.ts'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { HealthSource } from '../core/health.ts'
import { down } from '../core/outcome.ts'
import { gate } from '../testing/gate.ts'
import type { HealthServer } from './node.ts'

// Bytes as probers send them: no client library stands between, which would tidy them up.

const opened = closeAfterEach()
const served = servedUntilClosed(opened)

function connected({ port }: HealthServer): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.once('error', reject)
    opened.push(() => socket.destroy())
  })
}

/** Sends and reads until the server closes: the last request must ask for that, or be of HTTP/1.0. */
async function exchange(server: HealthServer, ...lines: readonly string[]): Promise<string> {
  const socket = await connected(server)
  const received: Buffer[] = []
  socket.on('data', (chunk) => received.push(chunk))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  socket.write(lines.join('\r\n'))
  await closed
  return Buffer.concat(received).toString('utf8')
}

interface Parsed {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Takes what one connection received apart, each answer by its Content-Length. */
function parse(received: string): readonly Parsed[] {
  const answers: Parsed[] = []
  let rest = Buffer.from(received)
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n')
    const [line = '', ...fields] = rest.subarray(0, end).toString().split('\r\n')
    const headers = Object.fromEntries(
      fields.map((field) => [
        field.slice(0, field.indexOf(':')).toLowerCase(),
        field.slice(field.indexOf(':') + 1).trim(),
      ]),
    )
    const length = Number(headers['content-length'] ?? 0)
    const body = rest.subarray(end + 4, end + 4 + length)
    answers.push({ status: Number(line.split(' ')[1]), headers, body: body.toString() })
    rest = rest.subarray(end + 4 + length)
  }
  return answers
}

async function one(server: HealthServer, ...lines: readonly string[]): Promise<Parsed> {
  const [answer, ...others] = parse(await exchange(server, ...lines, '', ''))
  expect(others).toEqual([])
  if (answer === undefined) throw new Error('no answer')
  return answer
}

const close = 'Connection: close'
const host = 'Host: 10.0.0.7:9000'

function healthy(): HealthSource {
  return createHealth({ checks: { database: check(() => {}) } })
}

function failing(): HealthSource {
  return createHealth({ checks: { database: check(() => down('gone')) } })
}

describe('what probers send', () => {
  it.each([
    ['check_http: HTTP/1.0 without Host', ['GET /health HTTP/1.0']],
    ['kubelet', ['GET /health HTTP/1.1', host, 'User-Agent: kube-probe/1.34', 'Accept: */*', close]],
    ['axios', ['GET /health HTTP/1.1', host, 'Accept: application/json, text/plain, */*', close]],
    ['a proxy: absolute form', ['GET http://10.0.0.7:9000/health HTTP/1.1', host, close]],
    [
      'a client that offers HTTP/2',
      [
        'GET /health HTTP/1.1',
        host,
        'Connection: Upgrade, HTTP2-Settings, close',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
      ],
    ],
    [
      'a cache',
      [
        'GET /health HTTP/1.1',
        host,
        'If-None-Match: *',
        'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT',
        close,
      ],
    ],
    ['a download', ['GET /health HTTP/1.1', host, 'Range: bytes=0-1', close]],
    ['escapes', ['GET /h%65alth?x=%zz HTTP/1.1', host, close]],
  ])('%s is answered with 200 and JSON', async (_who, lines) => {
    const { status, headers, body } = await one(await served(healthy()), ...lines)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      vary: 'Accept',
    })
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(JSON.parse(body).status).toBe('UP')
  })

  it('Consul is answered with text, which names what fails', async () => {
    const lines = (path: string) => [`GET ${path} HTTP/1.1`, host, 'Accept: text/plain, text/*, */*', close]
    expect(await one(await served(healthy()), ...lines('/health/ready'))).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'ok',
    })
    const failed = await one(await served(failing()), ...lines('/health/ready'))
    expect([failed.status, failed.body]).toEqual([
      503,
      '[+]application ok\n[-]database failed: reason withheld\nreadiness check failed\n',
    ])
  })

  it("HAProxy's default check, OPTIONS / HTTP/1.0, is answered with 404 where nothing is served at /", async () => {
    expect((await one(await served(healthy()), 'OPTIONS / HTTP/1.0')).status).toBe(404)
    expect((await one(await served(healthy(), { basePath: '/' }), 'OPTIONS / HTTP/1.0')).status).toBe(200)
  })

  it.each([
    ['UP', healthy(), 200],
    ['DOWN', failing(), 503],
  ])('OPTIONS of a readiness that is %s has its status, and no content', async (_status, health, status) => {
    const received = await exchange(await served(health), 'OPTIONS /health/ready HTTP/1.0', '', '')
    expect(received.endsWith('\r\n\r\n')).toBe(true)
    expect(parse(received)).toMatchObject([
      { status, body: '', headers: { 'content-length': '0', allow: 'GET, HEAD, OPTIONS' } },
    ])
  })

  it('OPTIONS /health HTTP/1.0 is answered with 200 and Content-Length: 0', async () => {
    const received = await exchange(await served(healthy()), 'OPTIONS /health HTTP/1.0', '', '')
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(received).toMatch(/\r\nContent-Length: 0\r\n/)
  })

  it.each(['/health', '/health/ready', '/nothing'])(
    'HEAD %s has the length of the GET and no content',
    async (path) => {
      const server = await served(failing())
      const get = await one(server, `GET ${path} HTTP/1.1`, host, close)
      const received = await exchange(server, `HEAD ${path} HTTP/1.1`, host, close, '', '')
      expect(received.endsWith('\r\n\r\n')).toBe(true)
      expect(received).toContain(`\r\nContent-Length: ${get.headers['content-length']}\r\n`)
      expect(received).toContain(`HTTP/1.1 ${get.status} `)
    },
  )

  it.each(['/%', '/health/%e0%a4%a', '/health%2fready', '*', `/${'a'.repeat(10_000)}`])(
    'a path that is none of ours is answered with 404: %s',
    async (path) => {
      const method = path === '*' ? 'OPTIONS' : 'GET'
      expect((await one(await served(healthy()), `${method} ${path} HTTP/1.1`, host, close)).status).toBe(404)
    },
  )

  it('refuses what writes, takes its body, and goes on with the connection', async () => {
    const body = 'x'.repeat(100_000)
    const received = await exchange(
      await served(healthy()),
      'POST /health HTTP/1.1',
      host,
      `Content-Length: ${body.length}`,
      '',
      `${body}GET /health HTTP/1.1`,
      host,
      close,
      '',
      '',
    )
    expect(parse(received).map(({ status }) => status)).toEqual([405, 200])
    expect(parse(received)[0]?.headers.allow).toBe('GET, HEAD, OPTIONS')
  })

  it('answers 503 with Retry-After when not ready', async () => {
    const { status, headers } = await one(await served(failing()), 'GET /health/ready HTTP/1.1', host, close)
    expect(status).toBe(503)
    expect(headers['retry-after']).toMatch(/^[1-9]\d*$/)
  })
})

describe('what attackers send', () => {
  it.each([
    ['garbage', '\u0000\u0001\u0002\r\n\r\n'],
    ['a TLS ClientHello', '\u0016\u0003\u0001\u0000\u00a5\u0001\r\n\r\n'],
    ['endless headers', `GET /health HTTP/1.1\r\n${`X: ${'y'.repeat(1000)}\r\n`.repeat(40)}\r\n`],
    ['an endless path', `GET /health/${'a'.repeat(40_000)} HTTP/1.1\r\n\r\n`],
    ['no Host', 'GET /health HTTP/1.1\r\n\r\n'],
    ['two lengths', 'POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['a token of 15 KiB', `GET /health HTTP/1.0\r\nAuthorization: Bearer ${'x'.repeat(15_000)}\r\n\r\n`],
  ])('survives %s', async (_what, bytes) => {
    const server = await served(healthy(), { token: 'x'.repeat(16) })
    await exchange(server, bytes)
    expect((await one(server, 'GET /health HTTP/1.0')).status).toBe(200)
  })

  it.each(['destroy', 'resetAndDestroy'] as const)(
    'survives connections that only come and %s',
    async (how) => {
      const server = await served(healthy())
      for (let count = 0; count < 20; count++) (await connected(server))[how]()
      expect((await one(server, 'GET /health HTTP/1.0')).status).toBe(200)
    },
  )
})

/** A check that settles when it is told to; counts its runs. */
function held(): {
  health: HealthSource
  started: Promise<void>
  release: () => void
  runs: () => number
  ended: Promise<void>
} {
  const { definition: slow, ...rest } = gate({ maxAgeMs: { up: 60_000 } })
  const health = createHealth({ budgetMs: 10_000, checks: { slow } })
  const ended = new Promise<void>((resolve) => health.on('run', () => resolve()))
  return { health, ...rest, ended }
}

describe('several requests', () => {
  it('on one connection, sent at once, are answered in their order', async () => {
    const { health, started, release } = held()
    const received = exchange(
      await served(health),
      ...['/health/ready', '/health', '/nothing', '/health/slow'].flatMap((path) => [
        `GET ${path} HTTP/1.1`,
        host,
        '',
      ]),
      'HEAD /health/ready HTTP/1.1',
      host,
      close,
      '',
      '',
    )
    await started
    release()
    const bodies = (await received).split(/(?=HTTP\/1\.1 \d)/).map((answer) => answer.slice(9, 12))
    expect(bodies).toEqual(['200', '200', '404', '200', '200'])
  })

  it('sixty-four at once run a slow check once', async () => {
    const { health, release, runs } = held()
    const server = await served(health)
    let arrived = 0
    server.server.on('request', () => {
      arrived++
      if (arrived === 64) release()
    })
    const paths = ['/health/ready', '/readyz', '/health?deep=true', '/health/slow']
    const answers = Array.from({ length: 64 }, (_, index) => fetch(server.url + paths[index % paths.length]))
    for (const { status } of await Promise.all(answers)) expect(status).toBe(200)
    expect(arrived).toBe(64)
    expect(runs()).toBe(1)
  })

  it.each(['destroy', 'resetAndDestroy'] as const)(
    'the run of a client that is gone (%s) goes on, and its result serves the next',
    async (how) => {
      const { health, started, release, runs, ended } = held()
      const server = await served(health)
      const socket = await connected(server)
      const gone = new Promise((resolve) =>
        server.server.once('request', (request) => request.once('close', resolve)),
      )
      socket.write(['GET /health/ready HTTP/1.1', host, '', ''].join('\r\n'))
      await started
      socket[how]()
      await gone
      release()
      await ended
      expect((await one(server, 'GET /health/ready HTTP/1.0')).status).toBe(200)
      expect(runs()).toBe(1)
    },
  )
})

describe('a check that hangs', () => {
  const hanging = (options: object): HealthSource =>
    createHealth({
      budgetMs: 80,
      checks: { hanging: check(() => new Promise(() => {}), options), well: check(() => {}) },
    })

  it.each([
    ['its timeout, when that is below the budget', { timeoutMs: 50 }, 'timed out after 50 ms'],
    ['the budget, when that is below its timeout', { timeoutMs: 60_000 }, 'no answer within 80 ms'],
  ])('is answered for within %s, and the others as they are', async (_what, options, error) => {
    const server = await served(hanging(options))
    const begun = performance.now()
    const { status, body } = await one(server, 'GET /health/ready HTTP/1.0')
    expect(performance.now() - begun).toBeLessThan(800)
    expect(status).toBe(503)
    expect(JSON.parse(body).details).toMatchObject({
      hanging: { status: 'DOWN', error },
      well: { status: 'UP' },
    })
  })

  it('does not hold up liveness', async () => {
    const server = await served(hanging({ timeoutMs: 60_000 }))
    const ready = one(server, 'GET /health/ready HTTP/1.0')
    const order: string[] = []
    const live = one(server, 'GET /health HTTP/1.0')
    await Promise.all([ready.then(() => order.push('ready')), live.then(() => order.push('live'))])
    expect(order).toEqual(['live', 'ready'])
    expect((await live).status).toBe(200)
  })

  it('is answered for within the budget however many ask', async () => {
    const server = await served(hanging({ timeoutMs: 60_000 }))
    const begun = performance.now()
    const answers = await Promise.all(Array.from({ length: 100 }, () => fetch(`${server.url}/health/ready`)))
    expect(performance.now() - begun).toBeLessThan(3000)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
  })
})
