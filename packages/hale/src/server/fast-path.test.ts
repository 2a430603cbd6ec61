import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect, Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { eventually } from '../../../../tests/eventually.ts'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { HealthSource } from '../core/health.ts'
import { down } from '../core/outcome.ts'
import { forMethod } from '../http/exchange.ts'
import { handlerOf } from '../http/handle.ts'
import { type HandlerOptions, handlerSettings } from '../http/handler-settings.ts'
import { answerNode, send } from '../http/node-exchange.ts'
import { notFound } from '../http/problem.ts'
import { probeServer } from './probe-server.ts'
import { simpleRequest } from './simple-request.ts'

// Every answer is compared with that of Node's own server behind the same handler.

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

const settings: HandlerOptions = { token: 'x'.repeat(16) }

function registry(): HealthSource {
  return createHealth({
    service: { name: 'orders' },
    checks: {
      database: check(() => {}, { maxAgeMs: { up: 600_000, down: 600_000 } }),
      cache: check(() => down('gone'), { maxAgeMs: { up: 600_000, down: 600_000 } }),
      slow: check(() => delay(40), { maxAgeMs: { up: 1, down: 1 }, probes: [] }),
    },
    groups: { empty: { members: ['database'], statusCodes: { UP: 204 } } },
  })
}

interface Pair {
  readonly fast: Server
  readonly plain: Server
}

async function pair(health = registry(), options: HandlerOptions = settings): Promise<Pair> {
  const { server: fast } = await probeServer(health, handlerSettings(options), 0, '127.0.0.1')
  const handle = handlerOf(health, handlerSettings(options))
  const plain = createServer((request, response) => {
    if (!answerNode(handle, request, response)) send(response, forMethod(notFound, request.method ?? 'GET'))
  })
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
  for (const server of [fast, plain]) {
    opened.push(() => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    })
  }
  for (const name of ['readiness', 'empty', 'database']) await health.ask(name)
  return { fast, plain }
}

function connected(server: Server): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => resolve(socket))
    socket.once('error', reject)
    opened.push(() => socket.destroy())
  })
}

/** Counts the requests that went through Node's own parser, without being seen as one that listens to them. */
function parsed(server: Server): () => number {
  const [listener] = server.listeners('request') as RequestListener[]
  let count = 0
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    count++
    listener?.(request, response)
  })
  return () => count
}

const quietMs = 60
const statusLine = /HTTP\/1\.1 \d{3} /g

/** All that comes back for the parts sent, until the server closes or is quiet; without what differs by time. */
async function received(server: Server, parts: readonly (string | Buffer)[], answers = 0): Promise<string> {
  const socket = await connected(server)
  socket.setNoDelay(true)
  const chunks: Buffer[] = []
  let lastAt = performance.now()
  let closed = false
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    lastAt = performance.now()
  })
  socket.on('close', () => {
    closed = true
  })
  socket.on('error', () => {})
  for (const part of parts) {
    if (!socket.writable) break
    socket.write(part)
    if (parts.length > 1) await delay(3)
  }
  lastAt = performance.now()
  const answered = (): boolean => {
    const text = String(Buffer.concat(chunks))
    if ((text.match(statusLine)?.length ?? 0) < answers) return false
    // Where the number of answers is known, who says that it closes is given the time to.
    return answers === 0 || !/^Connection: close\r$/m.test(text)
  }
  const giveUpAt = performance.now() + 5000
  while (!closed && (performance.now() - lastAt < quietMs || (!answered() && performance.now() < giveUpAt)))
    await delay(5)
  socket.destroy()
  const text = Buffer.concat(chunks).toString('latin1')
  return `${normal(text)}${closed ? '\n[closed]' : ''}`
}

function normal(text: string): string {
  return text
    .replace(/\r\nDate: [^\r]+/g, '\r\nDate: then')
    .replace(
      /"timestamp":"[^"]+"|"(since|at|checked_at)":"[^"]+"|"uptime":"[^"]+"|"response_time_ms":\d+/g,
      '""',
    )
    .replace(/Content-Length: \d+/g, (length) => (text.includes('timestamp') ? 'Content-Length: n' : length))
}

function alike(both: Pair, ...parts: readonly (string | Buffer)[]): Promise<string> {
  return answersAlike(0, both, ...parts)
}

/** The same where so many answers are known to come, however busy the machine. */
async function answersAlike(
  answers: number,
  { fast, plain }: Pair,
  ...parts: readonly (string | Buffer)[]
): Promise<string> {
  // Parts that meet in one packet after all are another case, which Node's server may well answer otherwise.
  for (let attempt = 1; ; attempt++) {
    const [own, nodes] = await Promise.all([received(fast, parts, answers), received(plain, parts, answers)])
    if (own !== nodes && parts.length > 1 && attempt < 4) continue
    expect(own).toBe(nodes)
    return own
  }
}

const host = 'Host: 10.0.0.7:9000\r\n'
const probe = `GET /health/live HTTP/1.1\r\n${host}User-Agent: kube-probe/1.34\r\nAccept: */*\r\n\r\n`
const last = `GET /health/live HTTP/1.1\r\n${host}Connection: close\r\n\r\n`

describe('what probes send', () => {
  it.each([
    ['GET', '/health/live', ''],
    ['GET', '/health/ready', ''],
    ['HEAD', '/health/live', ''],
    ['HEAD', '/health/ready', ''],
    ['OPTIONS', '/health/ready', ''],
    ['GET', '/health?deep=true', ''],
    ['GET', '/health/empty', ''],
    ['HEAD', '/health/empty', ''],
    ['GET', '/health/slow', ''],
    ['GET', '/nothing', ''],
    ['HEAD', '/nothing', ''],
    ['OPTIONS', '/nothing', ''],
    ['GET', '/health/live', 'Accept: text/html\r\n'],
    ['GET', '/health/ready', `Authorization: Bearer ${'x'.repeat(16)}\r\n`],
    ['GET', '/health/live', 'connection: CLOSE\r\n'],
    ['GET', '/health/live', 'Connection:keep-alive\r\nX-Odd:\t a b\tc \t\r\n'],
  ])('%s %s %j is answered as by Node, and without its parser', async (method, path, header) => {
    const both = await pair()
    const count = parsed(both.fast)
    const answer = await answersAlike(1, both, `${method} ${path} HTTP/1.1\r\n${host}${header}\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 \d{3} /)
    expect(count()).toBe(0)
  })

  it('again and again on one connection, the status as it is each time', async () => {
    const health = createHealth({ checks: {} })
    const both = await pair(health)
    const ready = probe.replace('live', 'ready')
    const socket = await connected(both.fast)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    for (const status of ['200 OK', '503 Service Unavailable', '200 OK']) {
      if (status.startsWith('503')) health.outOfService()
      else health.inService()
      text = ''
      socket.write(ready)
      await eventually(() => expect(text).toContain(`HTTP/1.1 ${status}`))
    }
  })

  it('with a Date of now', async () => {
    const { fast } = await pair()
    const socket = await connected(fast)
    let text = ''
    socket.on('data', (chunk) => {
      text = String(chunk)
    })
    const dates = new Set<string>()
    await vi.waitFor(
      async () => {
        socket.write(probe)
        await delay(20)
        const date = /Date: ([^\r]+)/.exec(text)?.[1] ?? ''
        expect(Math.abs(Date.parse(date) - Date.now())).toBeLessThan(1500)
        dates.add(date)
        expect(dates.size).toBeGreaterThan(1)
      },
      { timeout: 4000, interval: 50 },
    )
  })
})

describe('what goes to Node, with every byte', () => {
  it('a request split at any byte', async () => {
    const both = await pair()
    const splits = Array.from({ length: last.length - 1 }, (_, index) => index + 1)
    const answers = await Promise.all(
      splits.map((at) => received(both.fast, [last.slice(0, at), last.slice(at)], 1)),
    )
    expect(new Set(answers)).toEqual(new Set([await received(both.plain, [last], 1)]))
  })

  it('requests that come together, in whatever pieces', async () => {
    const both = await pair()
    const together = `${probe}${probe.replace('live', 'slow')}${probe.replace('live', 'nobody')}${last}`
    for (const at of [1, probe.length - 1, probe.length, probe.length + 5, together.length]) {
      await alike(both, together.slice(0, at), together.slice(at))
    }
  })

  it('requests that come while one is being answered, in their order', async () => {
    const both = await pair()
    const slow = probe.replace('live', 'slow')
    const answer = await answersAlike(4, both, slow, `${probe}${slow}`, last)
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(4)
  })

  const hostile: readonly [string, string | Buffer][] = [
    [
      'headers that are too long',
      `GET /health/live HTTP/1.1\r\n${host}${`X: ${'y'.repeat(1000)}\r\n`.repeat(40)}\r\n`,
    ],
    ['many headers', `GET /health/live HTTP/1.1\r\n${host}${'X: y\r\n'.repeat(100)}\r\n`],
    [
      'a length and an encoding',
      `GET /health/live HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ],
    [
      'a length of a body that looks like a request',
      `GET /health/live HTTP/1.1\r\n${host}Content-Length: ${last.length}\r\n\r\n${last}`,
    ],
    ['a length without its body', `GET /health/live HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\n`],
    ['an encoding', `GET /health/live HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`],
    [
      'an encoding with a blank before the colon',
      `GET /health/live HTTP/1.1\r\n${host}Transfer-Encoding : chunked\r\n\r\n`,
    ],
    [
      'a control character in a name',
      `GET /health/live HTTP/1.1\r\n${host}\u000bTransfer-Encoding: chunked\r\n\r\n`,
    ],
    ['a folded header', `GET /health/live HTTP/1.1\r\n${host}X: a\r\n Transfer-Encoding: chunked\r\n\r\n`],
    ['bare line feeds', `GET /health/live HTTP/1.1\nHost: a\n\n`],
    ['one bare line feed', `GET /health/live HTTP/1.1\r\n${host}X: a\nY: b\r\n\r\n`],
    ['a bare carriage return', `GET /health/live HTTP/1.1\r\n${host}X: a\rY: b\r\n\r\n`],
    ['a NUL', `GET /health/live HTTP/1.1\r\n${host}X: a\u0000b\r\n\r\n`],
    ['a byte outside ASCII', Buffer.from(`GET /health/live HTTP/1.1\r\n${host}X: \u00e9\r\n\r\n`, 'latin1')],
    ['an empty value', `GET /health/live HTTP/1.1\r\n${host}X:\r\n\r\n`],
    ['a name without a colon', `GET /health/live HTTP/1.1\r\n${host}X\r\n\r\n`],
    ['the absolute form', `GET http://a/health/live HTTP/1.1\r\n${host}\r\n`],
    ['HTTP/1.0', 'GET /health/live HTTP/1.0\r\n\r\n'],
    ['HTTP/1.0 that stays', 'GET /health/live HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'],
    ['HTTP/2.0', `GET /health/live HTTP/2.0\r\n${host}\r\n`],
    ['HTTP/1.11', `GET /health/live HTTP/1.11\r\n${host}\r\n`],
    ['a lower-case method', `get /health/live HTTP/1.1\r\n${host}\r\n`],
    ['another method', `POST /health/live HTTP/1.1\r\n${host}\r\n`],
    ['two blanks', `GET  /health/live HTTP/1.1\r\n${host}\r\n`],
    ['a tab', `GET\t/health/live HTTP/1.1\r\n${host}\r\n`],
    ['a blank at the end of the line', `GET /health/live HTTP/1.1 \r\n${host}\r\n`],
    ['an empty line before', `\r\nGET /health/live HTTP/1.1\r\n${host}\r\n`],
    ['no Host', 'GET /health/live HTTP/1.1\r\n\r\n'],
    ['two Hosts', `GET /health/live HTTP/1.1\r\n${host}${host}\r\n`],
    ['an upgrade', `GET /health/live HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`],
    [
      'an upgrade to HTTP/2',
      `GET /health/live HTTP/1.1\r\n${host}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n`,
    ],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['an expectation', `GET /health/live HTTP/1.1\r\n${host}Expect: 100-continue\r\n\r\n`],
    [
      'a list of connection options',
      `GET /health/live HTTP/1.1\r\n${host}Connection: close, keep-alive\r\n\r\n`,
    ],
    [
      'two connection headers',
      `GET /health/live HTTP/1.1\r\n${host}Connection: keep-alive\r\nConnection: close\r\n\r\n`,
    ],
    ['a request and a line feed too many', `${probe}\n`],
    ['a request and garbage', `${probe}garbage\r\n\r\n`],
    [
      'a request and a smuggled one',
      `${probe}POST /health/live HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc${last}`,
    ],
    ['a TLS ClientHello', Buffer.from('16030100a5010000a10303', 'hex')],
    ['an escaped path', `GET /h%65alth/live HTTP/1.1\r\n${host}\r\n`],
    ['a fragment', `GET /health/live#x HTTP/1.1\r\n${host}\r\n`],
  ]
  it.each(hostile)('%s', async (_what, bytes) => {
    const both = await pair()
    await alike(both, bytes)
    // After a plain request on the same connection, too.
    await alike(both, probe, bytes)
  })

  it('requests to a server that somebody else listens to as well', async () => {
    const both = await pair()
    let seen = 0
    both.fast.on('request', () => {
      seen++
    })
    await alike(both, last)
    expect(seen).toBe(1)
  })

  it('requests to a server that limits them by connection', async () => {
    const both = await pair()
    for (const server of [both.fast, both.plain]) server.maxRequestsPerSocket = 2
    await alike(both, probe, probe, probe)
  })
})

// Pieces of requests, right and wrong, in any order.
const piece = fc.oneof(
  fc.constantFrom(
    'GET /health/live HTTP/1.1\r\n',
    'HEAD /health/live HTTP/1.1\r\n',
    'OPTIONS /health/live HTTP/1.1\r\n',
    host,
    'Accept: */*\r\n',
    'Connection: close\r\n',
    'Connection: keep-alive\r\n',
    'Content-Length: 0\r\n',
    'Content-Length: 4\r\n',
    'Transfer-Encoding: chunked\r\n',
    'X: y\r\n',
    'X : y\r\n',
    ' folded\r\n',
    '\r\n',
    '\n',
    'body',
    '0\r\n\r\n',
  ),
  fc.constant(probe),
  fc.string({ maxLength: 4 }),
)

describe('generated requests', () => {
  it('are answered as by Node', async () => {
    const both = await pair()
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(piece, { maxLength: 6 }), { minLength: 1, maxLength: 2 }),
        async (parts) => {
          const sent = parts.map((pieces) => pieces.join('')).filter((part) => part !== '')
          await alike(both, ...sent)
        },
      ),
      { numRuns: 60 },
    )
  }, 30_000)

  it('are understood as whole only when they are one request of the plainest form', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('')
        const request = simpleRequest(Buffer.from(text, 'latin1'))
        if (request === undefined) return
        expect(text.indexOf('\r\n\r\n')).toBe(text.length - 4)
        expect(text.split('\r\n')[0]).toBe(`${request.method} ${request.url} HTTP/1.1`)
        expect(text).not.toMatch(/content-length|transfer-encoding|[^\r]\n|\r[^\n]|\n[ \t]/i)
        expect(Object.keys(request.headers)).toContain('host')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('connections', () => {
  it('are closed when nothing is asked for as long as Keep-Alive says', async () => {
    const both = await pair()
    both.fast.keepAliveTimeout = 150
    const socket = await connected(both.fast)
    const closed = new Promise((resolve) => socket.once('close', () => resolve('closed')))
    socket.resume().write(probe)
    expect(await closed).toBe('closed')
  })

  it.each([0, 1000, 2500])('keep the terms of a server whose keepAliveTimeout is %d', async (timeout) => {
    const both = await pair()
    for (const server of [both.fast, both.plain]) server.keepAliveTimeout = timeout
    await answersAlike(1, both, probe)
  })

  it('are sent all of an answer before they are closed', async () => {
    const { fast } = await pair()
    const taken: string[] = []
    const socket = new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        setImmediate(() => {
          taken.push(String(chunk))
          done()
        })
      },
    })
    const { destroySoon } = Socket.prototype
    fast.emit('connection', Object.assign(socket, { setTimeout: () => socket, destroySoon }))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    for (let count = 0; count < 3; count++) {
      socket.push(probe)
      await new Promise((resolve) => process.nextTick(resolve))
    }
    fast.closeIdleConnections()
    fast.closeIdleConnections()
    await closed
    expect(taken.join('').match(statusLine)).toHaveLength(3)
  })

  it('are closed when nothing is ever asked', async () => {
    const both = await pair()
    both.fast.timeout = 150
    const socket = await connected(both.fast)
    const closed = new Promise((resolve) => socket.once('close', () => resolve('closed')))
    socket.resume()
    expect(await closed).toBe('closed')
  })

  it('of a client that sends byte after byte are left to the deadlines of Node', async () => {
    const both = await pair()
    const count = parsed(both.fast)
    const answer = await answersAlike(1, both, ...probe)
    expect(answer).toContain('200 OK')
    expect(count()).toBe(1)
  })

  it('of a client that never reads take no more requests than fit', async () => {
    const { fast } = await pair()
    let answers = 0
    const socket = new Duplex({
      read() {},
      write() {
        answers++
      },
    })
    fast.emit('connection', Object.assign(socket, { setTimeout: () => socket }))
    // Each by itself, so that each is plain; none of the answers is ever taken.
    for (let count = 0; count < 1000; count++) {
      socket.push(probe)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(answers).toBe(1)
    expect(socket.isPaused()).toBe(true)
    expect(socket.writableLength).toBeLessThan(2 * socket.writableHighWaterMark)
    socket.destroy()
  })

  it('that are reset hurt nobody, even with an answer under way', async () => {
    const both = await pair()
    for (const path of ['live', 'slow']) {
      const socket = await connected(both.fast)
      socket.write(probe.replace('live', path))
      await delay(5)
      socket.resetAndDestroy()
    }
    await delay(60)
    await alike(both, last)
  })

  it('end with an answer under way when the server closes, and say so', async () => {
    const health = registry()
    const { server, close } = await probeServer(health, handlerSettings({}), 0, '127.0.0.1')
    const socket = await connected(server)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    const ended = new Promise((resolve) => socket.once('close', resolve))
    socket.write(probe.replace('live', 'slow'))
    await delay(15)
    await Promise.all([close(), ended])
    expect(text).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*"slow"/)
  })
})
