import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { get } from 'node:http'
import { type AddressInfo, createServer, connect as netConnect, type Server, type Socket } from 'node:net'
import { connect as tlsConnect, createServer as tlsServer } from 'node:tls'
import Database from 'libsql'
import { Client } from 'pg'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Authority, type Certificate, createAuthority } from '../../../../tests/servers/certificates.ts'
import { freePort } from '../../../../tests/servers/free-port.ts'
import { safeFailure } from './safe-message.ts'

// What the drivers and Node themselves throw, on loopback: constructed errors would prove what we believe of them.

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

function failureOf(
  socket: Socket,
  settled: 'connect' | 'secureConnect' | 'never' = 'connect',
): Promise<unknown> {
  opened.push(() => socket.destroy())
  return new Promise((resolve, reject) => {
    socket.on('error', resolve)
    socket.on(settled, () => reject(new Error('nothing failed')))
  })
}

async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('nothing failed')
}

/** What is shown, once it is sure that neither address nor path nor name is. */
function shown(thrown: unknown): string {
  const failure = safeFailure(thrown)
  expect(JSON.stringify(failure)).not.toMatch(/127\.0\.0\.1|localhost|::1|:\d{4,5}|\/|hunter2|orders/)
  return failure.message
}

describe('errors of node:net and node:fs', () => {
  it('a port that nobody listens on', async () => {
    expect(shown(await failureOf(netConnect(await freePort(), '127.0.0.1')))).toBe('connection refused')
  })

  it('a name of several addresses, none of which listens', async () => {
    const socket = netConnect({ port: await freePort(), host: 'localhost', autoSelectFamily: true })
    expect(shown(await failureOf(socket))).toBe('connection refused')
  })

  it('a peer that resets the connection', async () => {
    const port = await listening(
      createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    )
    const socket = netConnect(port, '127.0.0.1', () => socket.write('ping'))
    expect(shown(await failureOf(socket, 'never'))).toBe('connection reset')
  })

  it('a port that is taken', async () => {
    const port = await listening(createServer())
    const second = createServer()
    const thrown = await new Promise((resolve) => second.once('error', resolve).listen(port, '127.0.0.1'))
    expect(shown(thrown)).toBe('address in use')
  })

  it('a unix socket that does not exist', async () => {
    expect(shown(await failureOf(netConnect('/nonexistent/orders.sock')))).toBe('not found')
  })

  it('a file that does not exist', async () => {
    expect(shown(await thrownBy(() => readFile('/nonexistent/orders.json')))).toBe('not found')
  })
})

describe('errors of node:dns', () => {
  async function resolverAnswering(code: number | 'nothing'): Promise<Resolver> {
    const socket = createSocket('udp4')
    socket.on('message', (query, { port }) => {
      if (code === 'nothing') return
      const reply = Buffer.from(query)
      reply[2] = 0x81
      reply[3] = 0x80 | code
      socket.send(reply, port, '127.0.0.1')
    })
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    opened.push(() => new Promise<void>((resolve) => socket.close(resolve)))
    const resolver = new Resolver({ timeout: 100, tries: 1 })
    resolver.setServers([`127.0.0.1:${socket.address().port}`])
    return resolver
  }

  it.each([
    ['no such name', 3, 'host name not found'],
    ['no such record', 0, 'host name has no such record'],
    ['a failing name server', 2, 'name resolution failed'],
    ['a name server that refuses', 5, 'name resolution failed'],
    ['a name server that is silent', 'nothing', 'name resolution timed out'],
  ] as const)('%s', async (_what, code, message) => {
    const resolver = await resolverAnswering(code)
    expect(shown(await thrownBy(() => resolver.resolve4('orders.internal')))).toBe(message)
  })
})

describe('errors of node:tls', () => {
  let authority: Authority
  let trusted: Certificate
  let expired: Certificate

  beforeAll(() => {
    authority = createAuthority()
    trusted = authority.issue()
    expired = authority.issue({ expired: true })
  })

  async function handshake({ key, cert }: Certificate, servername: string, ca?: string): Promise<unknown> {
    const port = await listening(tlsServer({ key, cert }))
    const options = { port, host: '127.0.0.1', servername, ...(ca !== undefined && { ca }) }
    return failureOf(tlsConnect(options), 'secureConnect')
  }

  it('a certificate that nobody vouches for', async () => {
    expect(shown(await handshake(authority.selfSigned(), 'localhost'))).toBe('certificate not trusted')
    expect(shown(await handshake(trusted, 'localhost'))).toBe('certificate not trusted')
  })

  it('a certificate whose time is over', async () => {
    expect(shown(await handshake(expired, 'localhost', authority.ca))).toBe('certificate expired')
  })

  it('a certificate for another host', async () => {
    const message = 'certificate does not match the host name'
    expect(shown(await handshake(trusted, 'orders.internal', authority.ca))).toBe(message)
  })

  it('a server that does not speak TLS', async () => {
    const port = await listening(createServer((socket) => socket.write('220 smtp ready\r\n')))
    const thrown = await failureOf(tlsConnect({ port, host: '127.0.0.1' }), 'secureConnect')
    expect(shown(thrown)).toBe('TLS handshake failed')
  })

  it('the same through fetch', async () => {
    const { key, cert } = authority.selfSigned()
    const port = await listening(tlsServer({ key, cert }))
    expect(shown(await thrownBy(() => fetch(`https://127.0.0.1:${port}/`)))).toBe('certificate not trusted')
  })
})

describe('errors of HTTP clients', () => {
  it('fetch: nobody listens', async () => {
    const port = await freePort()
    expect(shown(await thrownBy(() => fetch(`http://127.0.0.1:${port}/?key=hunter2`)))).toBe(
      'connection refused',
    )
    expect(shown(await thrownBy(() => fetch(`http://localhost:${port}/`)))).toBe('connection refused')
  })

  it('fetch: the connection closes before the answer', async () => {
    const port = await listening(createServer((socket) => socket.once('data', () => socket.end())))
    expect(shown(await thrownBy(() => fetch(`http://127.0.0.1:${port}/`)))).toBe('connection closed')
  })

  it('fetch: an answer that is no HTTP', async () => {
    const port = await listening(createServer((socket) => socket.write('220 smtp ready at orders\r\n')))
    expect(shown(await thrownBy(() => fetch(`http://127.0.0.1:${port}/`)))).toBe('answer is not valid HTTP')
  })

  it('fetch: no answer in time', async () => {
    const port = await listening(createServer())
    const signal = AbortSignal.timeout(30)
    expect(shown(await thrownBy(() => fetch(`http://127.0.0.1:${port}/`, { signal })))).toBe('timed out')
  })

  it('fetch: aborted', async () => {
    const port = await listening(createServer())
    const signal = AbortSignal.abort()
    expect(shown(await thrownBy(() => fetch(`http://127.0.0.1:${port}/`, { signal })))).toBe('aborted')
  })

  it('fetch: a URL that is none', async () => {
    const failure = safeFailure(await thrownBy(() => fetch('http://app:hunter2@[orders')))
    expect(failure).toEqual({ message: 'check failed' })
  })

  it('node:http: the connection closes before the answer', async () => {
    const port = await listening(createServer((socket) => socket.once('data', () => socket.end())))
    const thrown = await new Promise((resolve) => get({ port, host: '127.0.0.1' }).on('error', resolve))
    expect(shown(thrown)).toBe('connection reset')
  })
})

describe('errors of drivers', () => {
  function clientOf(port: number): Client {
    const client = new Client({
      host: '127.0.0.1',
      port,
      user: 'app',
      password: 'hunter2',
      database: 'orders',
    })
    client.on('error', () => {})
    return client
  }

  it('pg: nobody listens', async () => {
    const client = clientOf(await freePort())
    expect(shown(await thrownBy(() => client.connect()))).toBe('connection refused')
  })

  it.each([
    ['28P01', 'authentication failed'],
    ['3D000', 'database not found'],
    ['53300', 'too many connections'],
    ['57P03', 'database starting up or shutting down'],
  ])('pg: the server refuses with %s', async (sqlState, message) => {
    const fields = `SFATAL\0C${sqlState}\0Mrejected for user "app" with hunter2 at 127.0.0.1 in orders\0\0`
    const length = Buffer.alloc(4)
    length.writeInt32BE(4 + Buffer.byteLength(fields))
    const refusal = Buffer.concat([Buffer.from('E'), length, Buffer.from(fields)])
    const port = await listening(createServer((socket) => socket.once('data', () => socket.end(refusal))))
    const thrown = await thrownBy(() => clientOf(port).connect())
    expect((thrown as Error).message).toContain('hunter2')
    expect(shown(thrown)).toBe(message)
  })

  it('libsql: a query that is refused', async () => {
    const database = new Database(':memory:')
    opened.push(() => database.close())
    expect(shown(await thrownBy(() => database.prepare('SELECT hunter2 FROM orders')))).toBe('query rejected')
  })

  it('libsql: a path that cannot be opened', async () => {
    const thrown = await thrownBy(() => new Database('/nonexistent/orders.db'))
    expect((thrown as Error).message).toContain('/nonexistent/orders.db')
    // It sets no code, so that nothing may be said.
    expect(shown(thrown)).toBe('check failed')
  })
})
