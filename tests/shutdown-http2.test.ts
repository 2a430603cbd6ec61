import {
  type ClientHttp2Session,
  connect,
  constants,
  createSecureServer,
  createServer,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { exitUnderTest, holdDraining, listening } from './fixtures/exit-under-test.ts'
import { get, rawClient, rawClientOn, until } from './fixtures/raw-client.ts'
import { createAuthority, opensslProgram } from './servers/certificates.ts'
import { whenProvided } from './servers/when-provided.ts'

const clients = new Set<ClientHttp2Session>()

afterEach(() => {
  for (const client of clients) client.destroy()
  clients.clear()
})

function answering(server: Pick<Http2Server, 'on'>) {
  const held: (() => void)[] = []
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const answer = (): void => {
      stream.respond({ ':status': 200 })
      stream.end('answered')
    }
    if (headers[':path']?.startsWith('/held')) held.push(answer)
    else answer()
  })
  return held
}

/** A session that takes note of what it is told. */
function session(url: string, options: object = {}) {
  const client = connect(url, options)
  clients.add(client)
  const told: { code: number; lastStream: number }[] = []
  client.on('goaway', (code, lastStream) => told.push({ code, lastStream })).on('error', () => {})
  const ended = new Promise<void>((resolve) => client.once('close', () => resolve()))
  const ask = (path: string) =>
    new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const stream = client.request({ ':path': path })
      let status: number | undefined
      let body = ''
      stream.on('response', (headers) => {
        status = headers[':status']
      })
      stream.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      stream.once('error', reject).once('close', () => {
        // After a reset too a stream says that it has ended.
        if (stream.rstCode === 0) resolve({ status, body })
        else reject(new Error(`reset with ${stream.rstCode}`))
      })
    })
  return { client, told, ended, ask }
}

describe('HTTP/2', () => {
  test('sessions get GOAWAY at once, streams under way finish, idle sessions end', async () => {
    const server = createServer()
    const held = answering(server)
    const draining = holdDraining()
    const { shutdown } = exitUnderTest({ servers: [server], hooks: [draining.hook] })
    const url = `http://127.0.0.1:${await listening(server)}`
    const busy = session(url)
    const slow = busy.ask('/held?token=secret')
    const idle = session(url)
    await idle.ask('/')
    await until(() => held.length === 1)
    const result = shutdown.shutdown()
    await until(() => busy.told.length > 0 && idle.told.length > 0)
    expect(busy.told[0]).toEqual({ code: constants.NGHTTP2_NO_ERROR, lastStream: 1 })
    expect(shutdown.phase).toBe('draining')

    // A new session is served, and told after its answer.
    const fresh = session(url)
    expect(await fresh.ask('/')).toEqual({ status: 200, body: 'answered' })
    await until(() => fresh.told.length > 0)
    draining.release()
    await until(() => shutdown.phase === 'stopping')
    await Promise.all([idle.ended, fresh.ended])
    held[0]?.()
    expect(await slow).toEqual({ status: 200, body: 'answered' })
    expect(await result).toMatchObject({ code: 0, open: [] })
    await busy.ended
  })

  test('a stream that crosses GOAWAY is refused as not run, which clients may repeat', async () => {
    const server = createServer()
    const held = answering(server)
    const draining = holdDraining()
    const { shutdown } = exitUnderTest({ servers: [server], hooks: [draining.hook] })
    const { ask } = session(`http://127.0.0.1:${await listening(server)}`)
    const slow = ask('/held')
    await until(() => held.length === 1)
    const result = shutdown.shutdown()
    // Sent in the same turn, before GOAWAY can have come.
    const crossing = ask('/held').catch((error: Error) => error)
    expect(String(await crossing)).toMatch(/NGHTTP2_REFUSED_STREAM/)
    expect(held).toHaveLength(1)
    draining.release()
    held[0]?.()
    expect((await slow).status).toBe(200)
    expect((await result).code).toBe(0)
  })

  test('past the deadline streams are cut off and listed without their query', async () => {
    const server = createServer()
    const held = answering(server)
    const { shutdown } = exitUnderTest({ servers: [server], timeoutMs: 300 })
    const { ask, ended } = session(`http://127.0.0.1:${await listening(server)}`)
    const slow = ask('/held?token=secret').catch((error: Error) => error)
    await until(() => held.length === 1)
    const { code, open } = await shutdown.shutdown()
    expect({ code, open }).toEqual({
      code: 1,
      open: [{ kind: 'request', method: 'GET', path: '/held', openMs: expect.any(Number) }],
    })
    expect(String(await slow)).toBe('Error: reset with 8')
    await ended
  })

  test('a client that never begins is not waited for', async () => {
    const server = createServer()
    answering(server)
    const { shutdown } = exitUnderTest({ servers: [server] })
    const silent = await rawClient(await listening(server))
    const { code, durations } = await shutdown.shutdown()
    expect(code).toBe(0)
    expect(durations.totalMs).toBeLessThan(1000)
    await silent.ended
  })
})

whenProvided(opensslProgram, 'HTTP/2 and HTTP/1 on one TLS port', () => {
  test('each is told in its own way, and finishes', async () => {
    const authority = createAuthority()
    const held: (() => void)[] = []
    const server = createSecureServer({ ...authority.issue(), allowHTTP1: true }, (request, response) => {
      if (request.url === '/held') held.push(() => response.end('answered'))
      else response.end('answered')
    })
    const draining = holdDraining()
    const { shutdown } = exitUnderTest({ servers: [server], hooks: [draining.hook] })
    const port = await listening(server)
    const second = session(`https://localhost:${port}`, { ca: authority.ca })
    const slow = second.ask('/held')
    const tls = () =>
      connectTls({
        port,
        host: '127.0.0.1',
        ca: authority.ca,
        servername: 'localhost',
        ALPNProtocols: ['http/1.1'],
      })
    const first = await rawClientOn(tls(), get('/held'), 'secureConnect')
    const idle = await rawClientOn(tls(), get('/'), 'secureConnect')
    await idle.received(/answered/)
    await until(() => held.length === 2)
    const result = shutdown.shutdown()
    await until(() => second.told.length > 0)
    expect(idle.isOpen()).toBe(true)
    draining.release()
    await until(() => shutdown.phase === 'stopping')
    await idle.ended
    for (const answer of held) answer()
    expect((await slow).status).toBe(200)
    expect(await first.received(/answered/)).toMatch(/Connection: close/)
    expect(await result).toMatchObject({ code: 0, open: [] })
  })
})
