import {
  Agent,
  createServer,
  request as httpRequest,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { healthListener } from 'hale/node'
import type { ShutdownOptions } from 'hale/shutdown'
import { type FakeClock, fakeClock } from 'hale/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { exitUnderTest, holdDraining, listening } from './fixtures/exit-under-test.ts'
import { get, rawClient, rawClientOn, until } from './fixtures/raw-client.ts'
import { createAuthority, opensslProgram } from './servers/certificates.ts'
import { whenProvided } from './servers/when-provided.ts'

const servers = new Set<Server>()

afterEach(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
  servers.clear()
})

/** A service whose `/held` requests are answered when the test says so. */
async function service(
  options: ShutdownOptions = {},
  more: (server: Server) => void = () => {},
  clock?: FakeClock,
) {
  const held: (() => void)[] = []
  const server = createServer({ keepAliveTimeout: 60_000 })
  servers.add(server)
  const exit = exitUnderTest({ servers: [server], ...options }, clock)
  const answerHealth = healthListener(exit.health)
  const answer: RequestListener = (request, response) => {
    if (answerHealth(request, response)) return
    if (request.url?.startsWith('/held')) held.push(() => response.end('held'))
    else if (request.url === '/keep') response.writeHead(200, { Connection: 'keep-alive' }).end('kept')
    else if (request.url === '/stream') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n')
      held.push(() => response.end('data: 2\n\n'))
    } else if (request.method === 'POST') request.resume().once('end', () => response.end('taken'))
    else response.end('hello')
  }
  server.on('request', answer)
  more(server)
  const port = await listening(server)
  const release = (): void => {
    for (const answerNow of held.splice(0)) answerNow()
  }
  return { ...exit, server, port, held, release }
}

describe('while draining', () => {
  test('readiness is 503, liveness 200, requests are served, and each answer closes its connection', async () => {
    const draining = holdDraining()
    const { port, shutdown } = await service({ hooks: [draining.hook] })
    const idle = await rawClient(port, get('/'))
    expect(await idle.received(/hello/)).toMatch(/Connection: keep-alive/)
    const result = shutdown.shutdown('test')
    expect(shutdown.phase).toBe('draining')

    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`)
    expect(ready.status).toBe(503)
    expect(ready.headers.get('connection')).toBe('close')
    expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200)
    const fresh = await rawClient(port, get('/'))
    expect(await fresh.received(/hello/)).toMatch(/^HTTP\/1.1 200 [\s\S]*\r\nConnection: close\r\n/)
    await fresh.ended
    // A balancer may be sending on it this moment.
    expect(idle.isOpen()).toBe(true)
    expect(shutdown.phase).toBe('draining')
    idle.socket.write(get('/'))
    await idle.ended
    expect(idle.text().match(/Connection: close/g)).toHaveLength(1)
    draining.release()
    expect(await result).toMatchObject({ code: 0, reason: 'test', open: [] })
  })

  test('an answer to a request that came before says so too, as long as its headers are not sent', async () => {
    const { port, shutdown, held, release } = await service()
    const client = await rawClient(port, get('/held'))
    const streaming = await rawClient(port, get('/stream'))
    await until(() => held.length === 2)
    await streaming.received(/data: 1/)
    const result = shutdown.shutdown()
    release()
    expect(await client.received(/held/)).toMatch(/Connection: close/)
    expect(await streaming.received(/data: 2/)).toMatch(/Connection: keep-alive/)
    expect((await result).code).toBe(0)
  })

  test.each([
    ['an object', { connection: 'keep-alive', 'X-A': '1' }],
    ['a flat list', ['Connection', 'keep-alive', 'X-A', '1']],
  ])('an application that insists on keep-alive, in %s, is overruled', async (_, headers) => {
    const draining = holdDraining()
    const { port, shutdown, server } = await service({ hooks: [draining.hook] })
    server.removeAllListeners('request').on('request', (_request, response) => {
      response.setHeader('X-B', '2')
      response.writeHead(200, headers as never).end('kept')
    })
    const result = shutdown.shutdown()
    const client = await rawClient(port, get('/'))
    expect(await client.received(/kept/)).toMatch(/Connection: close\r\n/)
    expect(client.text()).not.toMatch(/keep-alive/)
    expect(client.text()).toMatch(/X-A: 1/)
    expect(client.text()).toMatch(/X-B: 2/)
    await client.ended
    draining.release()
    expect((await result).code).toBe(0)
  })

  test('of pipelined requests that have come, all are answered', async () => {
    const draining = holdDraining()
    const { port, shutdown, held, release } = await service({ hooks: [draining.hook] })
    const client = await rawClient(port, get('/held') + get('/held'))
    await until(() => held.length === 2)
    const result = shutdown.shutdown()
    release()
    await client.ended
    expect(client.text().match(/HTTP\/1.1 200/g)).toHaveLength(2)
    expect(client.text().match(/Connection: close/g)).toHaveLength(1)
    draining.release()
    expect(await result).toMatchObject({ code: 0 })
  })
})

test.each([
  ['a list of names and values', ['Set-Cookie', 'a=1', 'Connection', 'keep-alive', 'Set-Cookie', 'b=2']],
  [
    'pairs',
    [
      ['Set-Cookie', 'a=1'],
      ['Connection', 'keep-alive'],
      ['Set-Cookie', 'b=2'],
    ],
  ],
])('while draining, headers that are %s keep what they repeat', async (_, headers) => {
  const draining = holdDraining()
  const { port, server, shutdown } = await service({ hooks: [draining.hook] })
  server.removeAllListeners('request')
  server.on('request', (_, response) => response.writeHead(200, headers as string[]).end('listed'))
  const result = shutdown.shutdown()
  const client = await rawClient(port, get('/'))
  const text = await client.received(/listed/)
  expect(text.match(/^(set-cookie|connection): .*$/gim)).toEqual([
    'Set-Cookie: a=1',
    'Set-Cookie: b=2',
    'Connection: close',
  ])
  draining.release()
  expect(await result).toMatchObject({ code: 0 })
})

describe('when nothing more is accepted', () => {
  test('connects are refused, idle and silent connections closed, and it ends with the last request', async () => {
    const { port, shutdown, held, release, server } = await service()
    const idle = await rawClient(port, get('/'))
    await idle.received(/hello/)
    const silent = await rawClient(port)
    const busy = await rawClient(port, get('/held?token=secret'))
    await until(() => held.length === 1)
    const result = shutdown.shutdown()
    await until(() => shutdown.phase === 'stopping')
    await Promise.all([idle.ended, silent.ended])
    await expect(rawClient(port)).rejects.toThrow(/ECONNREFUSED/)
    expect(server.listening).toBe(false)
    expect(busy.isOpen()).toBe(true)
    const before = performance.now()
    release()
    expect(await result).toMatchObject({ code: 0, open: [] })
    expect(performance.now() - before).toBeLessThan(200)
    expect(await busy.received(/held/)).toMatch(/200 OK/)
  })

  test('a connection to which an answer had promised to keep it alive is closed after that answer', async () => {
    const { port, shutdown, release } = await service({ drainDelayMs: 0 })
    const streaming = await rawClient(port, get('/stream'))
    expect(await streaming.received(/data: 1/)).toMatch(/Connection: keep-alive/)
    const result = shutdown.shutdown()
    await until(() => shutdown.phase === 'stopping')
    release()
    await streaming.ended
    expect(streaming.text()).toMatch(/data: 2/)
    expect((await result).durations.totalMs).toBeLessThan(1000)
  })

  test('of pipelined requests that have come, all are answered too', async () => {
    const { port, shutdown, held, release } = await service({ drainDelayMs: 0 })
    const client = await rawClient(port, get('/held') + get('/held'))
    await until(() => held.length === 2)
    const result = shutdown.shutdown()
    await until(() => shutdown.phase === 'stopping')
    release()
    await client.ended
    expect(client.text().match(/HTTP\/1.1 200/g)).toHaveLength(2)
    expect(client.text().match(/Connection: close/g)).toHaveLength(1)
    expect(await result).toMatchObject({ code: 0 })
  })

  test('a connection that the application has emitted itself, on any stream, ends like the others', async () => {
    const { server, shutdown } = await service()
    const [ours, theirs] = duplexPair()
    server.emit('connection', theirs)
    let text = ''
    ours.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk
    })
    ours.write(get('/'))
    await until(() => text.includes('hello'))
    expect(await shutdown.shutdown()).toMatchObject({ code: 0, open: [] })
    await until(() => theirs.destroyed)
  })

  test('with nothing under way it ends at once', async () => {
    const { port, shutdown } = await service({ drainDelayMs: 0 })
    const idle = await rawClient(port, get('/'))
    await idle.received(/hello/)
    const { durations } = await shutdown.shutdown()
    expect(durations.totalMs).toBeLessThan(200)
    await idle.ended
  })

  test('a slow reader gets all of its answer', async () => {
    const size = 20_000_000
    let given: ServerResponse | undefined
    const clock = fakeClock()
    const answerMuch = (bare: Server): void => {
      bare.removeAllListeners('request').on('request', (_, response) => {
        given = response.end('x'.repeat(size))
      })
    }
    const { server, port, shutdown } = await service({ drainDelayMs: 0 }, answerMuch, clock)
    const client = await rawClient(port)
    client.socket.pause()
    client.socket.write(get('/'))
    const waiting = (): number => given?.socket?.writableLength ?? 0
    await until(() => given?.writableEnded === true && waiting() > 0)
    const result = shutdown.shutdown()
    await until(() => shutdown.phase === 'stopping' && !server.listening)
    // The fault: for some looks at what is idle, the client reads nothing.
    await clock.advance(2200)
    expect(waiting()).toBeGreaterThan(size / 4)
    client.socket.resume()
    await client.ended
    expect(client.text().length).toBeGreaterThan(size)
    expect((await result).code).toBe(0)
  })

  test('an upload under way is taken to its end', async () => {
    const { port, shutdown } = await service({ drainDelayMs: 0 })
    const client = await rawClient(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234')
    // Seen by the server, since a probe behind it has been answered.
    await (await rawClient(port, get('/'))).received(/hello/)
    const result = shutdown.shutdown()
    await until(() => shutdown.phase === 'stopping')
    client.socket.write('56789')
    expect(await client.received(/taken/)).toMatch(/Connection: close/)
    expect((await result).code).toBe(0)
  })

  test('a request of which the first half has come is still taken', async () => {
    const { port, shutdown } = await service({ drainDelayMs: 0 })
    const client = await rawClient(port, 'GET / HTTP/1.1\r\nHo')
    const again = await rawClient(port, get('/'))
    await again.received(/hello/)
    again.socket.write('GET / HTTP/1.1\r\nHo')
    await (await rawClient(port, get('/'))).received(/hello/)
    const result = shutdown.shutdown()
    await until(() => shutdown.phase === 'stopping')
    for (const { socket } of [client, again]) socket.write('st: a\r\n\r\n')
    await Promise.all([client.ended, again.ended])
    expect(client.text()).toMatch(/hello/)
    expect(again.text().match(/hello/g)).toHaveLength(2)
    expect((await result).code).toBe(0)
  })

  test.each([false, true])(
    'Expect: 100-continue goes on, answered by the application: %s',
    async (byApplication) => {
      const { port, shutdown } = await service({ drainDelayMs: 0 }, (server) => {
        if (!byApplication) return
        server.on('checkContinue', (request, response) => {
          response.writeContinue()
          server.emit('request', request, response)
        })
      })
      const head = 'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n'
      const client = await rawClient(port, head)
      await client.received(/100 Continue/)
      const result = shutdown.shutdown()
      await until(() => shutdown.phase === 'stopping')
      client.socket.write('01234')
      expect(await client.received(/taken/)).toMatch(/Connection: close/)
      expect((await result).code).toBe(0)
    },
  )
})

describe('past the deadline', () => {
  test('what is open is cut off and logged, by path and without its query', async () => {
    const { port, shutdown, held, log } = await service({ timeoutMs: 300 })
    const request = await rawClient(port, get('/held?token=secret'))
    const stream = await rawClient(port, get('/stream'))
    const half = await rawClient(port, 'GET / HTTP/1.1\r\nHo')
    await until(() => held.length === 2)
    const started = performance.now()
    const result = await shutdown.shutdown()
    expect(performance.now() - started).toBeLessThan(600)
    await Promise.all([request.ended, stream.ended, half.ended])
    expect(result.code).toBe(1)
    expect(result.open).toHaveLength(3)
    expect(result.open).toEqual(
      expect.arrayContaining([
        { kind: 'request', method: 'GET', path: '/held', openMs: expect.any(Number) },
        { kind: 'request', method: 'GET', path: '/stream', openMs: expect.any(Number) },
        { kind: 'connection', openMs: expect.any(Number) },
      ]),
    )
    const line = log.find(({ level }) => level === 'error')
    expect(line?.message).toMatch(/not everything ended within 300 ms; still open: .*GET \/held \(\d\.\d s\)/)
    expect(JSON.stringify(log)).not.toContain('secret')
  })

  test('an upload that never ends is cut off', async () => {
    const { port, shutdown } = await service({ timeoutMs: 300 })
    const client = await rawClient(port, 'POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234')
    await (await rawClient(port, get('/'))).received(/hello/)
    const { code, open } = await shutdown.shutdown()
    expect({ code, open }).toMatchObject({
      code: 1,
      open: [{ kind: 'request', method: 'POST', path: '/up' }],
    })
    await client.ended
  })
})

describe('sockets that were given away', () => {
  const upgrade = get('/chat?token=secret', 'Connection: Upgrade\r\nUpgrade: chat\r\n')
  const accept = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n'

  test('an upgraded socket has its own bound, and is no reason to fail', async () => {
    const { port, shutdown, log } = await service({}, (server) => {
      server.on('upgrade', (_, socket) => socket.write(accept))
    })
    const client = await rawClient(port, upgrade)
    await client.received(/101/)
    const started = performance.now()
    const result = await shutdown.shutdown()
    expect(performance.now() - started).toBeLessThan(1000)
    expect(result).toMatchObject({ code: 0, open: [] })
    await client.ended
    expect(log.map(({ message }) => message).join('\n')).toMatch(
      /1 upgraded sockets of servers\[0\].* after 200 ms/,
    )
  })

  test('one that ends by itself is not waited for any longer', async () => {
    const { port, shutdown } = await service({ upgradedTimeoutMs: 4000 }, (server) => {
      server.on('upgrade', (_, socket) =>
        socket
          .once('end', () => socket.end())
          .resume()
          .write(accept),
      )
    })
    const client = await rawClient(port, upgrade)
    await client.received(/101/)
    const result = shutdown.shutdown()
    await until(() => shutdown.phase === 'closing')
    client.socket.end()
    expect((await result).durations.totalMs).toBeLessThan(1000)
  })

  test('one has its bound too when the application has closed its listener by itself', async () => {
    const closeOwn = { name: 'close', when: 'drain', run: () => closing?.close() } as const
    let closing: Server | undefined
    const { port, server, shutdown } = await service({ hooks: [closeOwn], upgradedTimeoutMs: 4000 }, (it) => {
      it.on('upgrade', (_, socket) =>
        socket
          .once('end', () => socket.end())
          .resume()
          .write(accept),
      )
    })
    closing = server
    const client = await rawClient(port, upgrade)
    await client.received(/101/)
    const result = shutdown.shutdown()
    await until(() => shutdown.phase === 'closing')
    await new Promise((resolve) => setImmediate(resolve))
    expect(shutdown.phase).toBe('closing')
    client.socket.end()
    expect(await result).toMatchObject({ code: 0, open: [] })
    await client.ended
  })

  test('a CONNECT tunnel past the deadline is cut off and listed', async () => {
    const { port, shutdown } = await service({ timeoutMs: 300, upgradedTimeoutMs: 5000 }, (server) => {
      server.on('connect', (_, socket) => socket.write('HTTP/1.1 200 Connection Established\r\n\r\n'))
    })
    const client = await rawClient(port, 'CONNECT db:5432 HTTP/1.1\r\nHost: db\r\n\r\n')
    await client.received(/Established/)
    const { code, open } = await shutdown.shutdown()
    expect({ code, open }).toMatchObject({
      code: 1,
      open: [{ kind: 'upgraded', method: 'CONNECT', path: 'db:5432' }],
    })
    await client.ended
  })

  test('without a listener of the application an upgrade stays a plain request', async () => {
    const { port } = await service()
    const client = await rawClient(port, upgrade.replace('/chat?token=secret', '/'))
    expect(await client.received(/hello/)).toMatch(/200 OK/)
  })
})

test('a connection that was there before is met at its next request, or closed when idle', async () => {
  const server = createServer((_, response) => void response.end('hello'))
  servers.add(server)
  const port = await listening(server)
  const met = await rawClient(port, get('/'))
  const idle = await rawClient(port, get('/'))
  await Promise.all([met.received(/hello/), idle.received(/hello/)])
  const { shutdown } = exitUnderTest({ servers: [server] })
  const result = shutdown.shutdown()
  met.socket.write(get('/'))
  expect(await met.received(/Connection: close/)).toBeDefined()
  expect(await result).toMatchObject({ code: 0 })
  await idle.ended
})

test('a server that begins to listen in the middle of the way out is closed with the others', async () => {
  const server = createServer((_, response) => void response.end('hello'))
  servers.add(server)
  const { shutdown } = exitUnderTest({
    servers: [server],
    drainDelayMs: 4000,
    hooks: [{ name: 'late start', run: () => listening(server) }],
  })
  const result = await shutdown.shutdown()
  // Nobody sends to what does not listen yet: there is nothing to wait for.
  expect(result).toMatchObject({ code: 0 })
  expect(result.durations.totalMs).toBeLessThan(1000)
  expect(server.listening).toBe(false)
})

test('disposing takes everything off the server and shuts nothing down', async () => {
  const server = createServer((_, response) => void response.end('hello'))
  servers.add(server)
  server.on('upgrade', () => {}).on('checkContinue', () => {})
  const count = () => server.eventNames().map((name) => [name, server.listenerCount(name)])
  const before = count()
  {
    await using exit = exitUnderTest({ servers: [server] }).shutdown
    expect(count()).not.toEqual(before)
    expect(exit.phase).toBe('running')
    const port = await listening(server)
    await (await rawClient(port, get('/'))).received(/hello/)
    expect(exit.phase).toBe('running')
  }
  expect(count()).toEqual(before)
  expect(server.listening).toBe(true)
  expect(Object.keys(server)).not.toContain('closeIdleConnections')
})

/** Asks one after the other, on connections that are kept, until a shutdown closes the port. */
async function askedWhileDraining() {
  const { port, shutdown } = await service({ drainDelayMs: 150 })
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  let failed = 0
  let answered = 0
  const ask = (): Promise<void> =>
    new Promise((resolve) => {
      httpRequest({ port, host: '127.0.0.1', agent, path: '/' }, (response) => {
        answered += 1
        response.resume().once('end', resolve)
      })
        .once('error', () => {
          failed += 1
          resolve()
        })
        .end()
    })
  await ask()
  const result = shutdown.shutdown()
  while (shutdown.phase === 'draining') await ask()
  agent.destroy()
  return { code: (await result).code, answered, failed }
}

test('a client of Node that keeps connections alive loses nothing', async () => {
  let answeredMost = 0
  // How often it comes to ask while the service drains is up to the machine: one that is too busy is asked again.
  for (let attempt = 0; attempt < 10 && answeredMost <= 10; attempt++) {
    const { code, answered, failed } = await askedWhileDraining()
    expect(code).toBe(0)
    // The last one may have met the closed port.
    expect(failed).toBeLessThanOrEqual(1)
    answeredMost = Math.max(answeredMost, answered)
  }
  expect(answeredMost).toBeGreaterThan(10)
})

whenProvided(opensslProgram, 'over TLS', () => {
  test('the same holds', async () => {
    const authority = createAuthority()
    const { key, cert } = authority.issue()
    const held: (() => void)[] = []
    const server = createHttpsServer({ key, cert }, (request, response) => {
      if (request.url === '/held') held.push(() => response.end('held'))
      else response.end('hello')
    })
    servers.add(server)
    const { shutdown } = exitUnderTest({ servers: [server] })
    const port = await listening(server)
    const secure = (first: string) =>
      rawClientOn(
        connectTls({ port, host: '127.0.0.1', ca: authority.ca, servername: 'localhost' }),
        first,
        'secureConnect',
      )
    const idle = await secure(get('/'))
    await idle.received(/hello/)
    const silent = await secure('')
    const handshaking = await rawClient(port)
    const busy = await secure(get('/held'))
    await until(() => held.length === 1)
    const result = shutdown.shutdown()
    await Promise.all([idle.ended, silent.ended, handshaking.ended])
    expect(busy.isOpen()).toBe(true)
    held[0]?.()
    expect(await busy.received(/held/)).toMatch(/Connection: close/)
    expect(await result).toMatchObject({ code: 0 })
  })

  // Each of its connections has the same address, which is none.
  test('on a Unix domain socket connections that shook hands at the same time are waited for', async () => {
    const authority = createAuthority()
    const { key, cert } = authority.issue()
    const held: (() => void)[] = []
    const server = createHttpsServer({ key, cert }, (_, response) => held.push(() => response.end('held')))
    servers.add(server)
    const clock = fakeClock()
    const { shutdown } = exitUnderTest({ servers: [server], drainDelayMs: 0 }, clock)
    const path = join(tmpdir(), `hale-shutdown-${process.pid}.sock`)
    await new Promise<void>((resolve) => server.listen(path, () => resolve()))
    const secure = () =>
      connectTls({ socket: connectSocket(path), ca: authority.ca, servername: 'localhost' })
    const clients = await Promise.all(
      [1, 2, 3].map(() => rawClientOn(secure(), get('/held'), 'secureConnect')),
    )
    await until(() => held.length === 3)
    const result = shutdown.shutdown()
    await until(() => shutdown.phase === 'stopping' && !server.listening)
    // Longer than the rest of a request's head may take.
    await clock.advance(2200)
    for (const answer of held) answer()
    for (const client of clients) await client.received(/held/)
    expect(await result).toMatchObject({ code: 0 })
  })
})
