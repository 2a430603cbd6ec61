import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type EndpointTarget, endpointTarget } from './endpoint-url.ts'
import { readEndpoint } from './read-endpoint.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function listening(server: ReturnType<typeof createTcpServer>): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return listening(server)
}

/** A server of bytes, for what no HTTP server would send. */
async function speaking(speak: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => speak(socket))
  })
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return listening(server)
}

function target(text: string): EndpointTarget {
  const made = endpointTarget(text)
  if (typeof made === 'string') throw new Error(made)
  return made
}

const up = '{"status":"UP"}'

describe('an address', () => {
  it.each([
    ['localhost:9400', 'http://localhost:9400/health/ready'],
    [':9400', 'http://localhost:9400/health/ready'],
    [':9400/livez', 'http://localhost:9400/livez'],
    ['orders', 'http://orders/health/ready'],
    ['http://[::1]:9400', 'http://[::1]:9400/health/ready'],
    ['https://orders.internal/', 'https://orders.internal/'],
    ['http://h?deep=true', 'http://h/health/ready'],
    ['http://me:secret@h/x?token=t#f', 'http://h/x'],
  ])('%s is shown as %s', (text, shown) => {
    expect(target(text).shown).toBe(shown)
  })

  it('has its credentials apart, and keeps its query', () => {
    const { url, authorization } = target('http://me:s%40cret@h/x?token=t')
    expect(url.href).toBe('http://h/x?token=t')
    expect(authorization).toBe(`Basic ${Buffer.from('me:s@cret').toString('base64')}`)
  })

  it.each([
    ['http://', /is no address/],
    ['http://a b', /is no address/],
    ['tcp://h:1', /only http and https/],
    ['unix:/run/x.sock', /is a socket, and only http and https/],
    ['9400', /is a port, which needs a host: localhost:9400$/],
    ['9400/health/ready', /is a port, which needs a host: localhost:9400$/],
    ['http://%zz:x@h', /as %25/],
  ])('%j is told', (text, problem) => {
    expect(endpointTarget(text)).toMatch(problem)
  })
})

describe('a request', () => {
  it('asks as a platform does, with the headers given', async () => {
    let asked: { url?: string | undefined; headers: Record<string, unknown> } | undefined
    const origin = await serving((request, response) => {
      asked = { url: request.url, headers: request.headers }
      response.end(up)
    })
    const reading = await readEndpoint(target(`${origin.replace('//', '//me:pw@')}/x?y=1`), {
      timeoutMs: 5000,
      headers: { 'x-tenant': 't' },
    })
    expect(reading).toMatchObject({ answered: true, status: 'UP', kind: 'hale', httpStatus: 200 })
    expect(reading.durationMs).toBeGreaterThan(0)
    expect(asked).toMatchObject({
      url: '/x?y=1',
      headers: { 'x-tenant': 't', connection: 'close', authorization: expect.stringMatching(/^Basic /) },
    })
  })

  it('follows redirects, and gives its credentials to nobody else', async () => {
    const seen: Record<string, unknown>[] = []
    const other = await serving((request, response) => {
      seen.push(request.headers)
      response.end(up)
    })
    const origin = await serving((_, response) => response.writeHead(307, { location: `${other}/y` }).end())
    const headers = { 'x-token': 'secret' }
    const reading = await readEndpoint(target(`${origin.replace('//', '//me:pw@')}/x`), {
      timeoutMs: 5000,
      headers,
    })
    expect(reading).toMatchObject({ status: 'UP' })
    expect(seen).toHaveLength(1)
    expect(seen[0]).not.toHaveProperty('authorization')
    expect(seen[0]).not.toHaveProperty('x-token')
  })
})

describe('a fault has its name', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n'
  it.each<[string, (socket: Socket) => void, number?]>([
    ['timed out after 200ms', () => undefined, 200],
    ['timed out after 200ms', (socket) => socket.write(head), 200],
    ['connection reset', (socket) => socket.resetAndDestroy()],
    ['connection reset', (socket) => socket.end(head)],
    ['connection reset', (socket) => socket.end()],
    ['answer is not valid HTTP', (socket) => socket.end('SSH-2.0\r\n\r\n')],
    ['it redirects more than 5 times', (socket) => socket.end('HTTP/1.1 302 x\r\nlocation: /\r\n\r\n')],
    ['the request failed', (socket) => socket.end('HTTP/1.1 302 x\r\nlocation: ftp://h/\r\n\r\n')],
    [
      'the answer is larger than 1 MiB',
      (socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1024 * 1024 + 1)}`),
    ],
  ])('%s (%#)', async (message, speak, timeoutMs = 5000) => {
    const reading = await readEndpoint(target(`${await speaking(speak)}/`), { timeoutMs })
    expect(reading).toMatchObject({ answered: false, status: 'DOWN', message })
  })

  it('connection refused', async () => {
    const server = createTcpServer()
    const origin = await listening(server)
    await new Promise((resolve) => server.close(resolve))
    expect(await readEndpoint(target(origin), { timeoutMs: 5000 })).toMatchObject({
      message: 'connection refused',
    })
  })

  it('host name not found', async () => {
    const { message } = (await readEndpoint(target('http://nothing.invalid'), { timeoutMs: 10_000 })) as {
      message: string
    }
    expect(['host name not found', 'name resolution failed']).toContain(message)
  })

  it('a request that is ended ends at once', async () => {
    const origin = await speaking(() => undefined)
    const reading = await readEndpoint(target(origin), { timeoutMs: 10_000, signal: AbortSignal.abort() })
    expect(reading).toMatchObject({ answered: false, message: 'the request failed' })
    expect(reading.durationMs).toBeLessThan(1000)
  })
})
