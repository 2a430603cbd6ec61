import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closedPort, startFaultyTcp, type TcpServer } from '../../../../tests/servers/faulty-tcp.ts'
import { openConnections } from '../../../../tests/servers/open-connections.ts'
import { faultsOfPeer, type Peer, startPeer } from '../../../../tests/servers/peer.ts'
import { startTalker } from '../../../../tests/servers/talker.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type Address, type TcpCheckOptions, tcp } from './tcp.ts'

const run = (address: Address, options: TcpCheckOptions = {}) =>
  createHealth({ checks: { peer: tcp(address, { timeoutMs: 5000, ...options }) } })
    .check('peer')
    .run()

describe('keeps the contract of checks', () => {
  let peer: Peer
  let well: TcpServer
  const faulty: TcpServer[] = []
  let current: Address
  beforeAll(async () => {
    peer = await startPeer('tcp', { slowMs: 1000 })
    well = await startFaultyTcp({ kind: 'says', bytes: '220 ready\r\n' })
    current = well
  })
  afterAll(async () => {
    await Promise.all([well, ...faulty].map((each) => each.close()))
    await peer[Symbol.asyncDispose]()
  })
  const options = { timeoutMs: 200, expect: /^220 / }
  const secrets = ['127.0.0.1', 'planted']
  const ofPeer = checkContract({
    create: () => tcp(peer, options),
    works: nothingToConnect,
    secrets,
    faults: faultsOfPeer(() => peer, { killed: 'connection refused' }),
    // Each run's connection is gone when the run has ended; the server hears of it a moment later.
    connections: async () => {
      await expect.poll(() => openConnections(peer.port)).toBe(0)
      return 0
    },
  })
  test.each(ofPeer)('in a process of its own: $name', { timeout: 120_000 }, ({ run }) => run())

  const become = (fault: Parameters<typeof startFaultyTcp>[0]) => async () => {
    const each = await startFaultyTcp(fault)
    faulty.push(each)
    current = each
  }
  const cases = checkContract({
    create: () => tcp(() => current, options),
    works: nothingToConnect,
    secrets,
    questions: () => well.accepted,
    heal: () => {
      current = well
    },
    faults: {
      'a closed port': {
        inject: async () => {
          current = { host: '127.0.0.1', port: await closedPort() }
        },
        expect: { text: 'connection refused' },
      },
      'a black-holed port': {
        inject: become({ kind: 'silent' }),
        expect: { text: 'timed out after 200 ms' },
      },
      'a reset': { inject: become({ kind: 'reset' }), expect: { text: 'connection reset' } },
      'a close': { inject: become({ kind: 'close' }), expect: { text: 'answer not as expected' } },
      'another answer': {
        inject: become({ kind: 'says', bytes: `554 planted ${'x'.repeat(20_000)}` }),
        expect: { text: 'answer not as expected' },
      },
      'no such host': {
        inject: () => {
          current = { host: 'nowhere.invalid', port: 1 }
        },
        expect: { text: /^(host name not found|name resolution failed)$/ },
      },
      'no address': {
        inject: () => {
          current = undefined as unknown as Address
        },
        expect: { text: 'no address' },
      },
      'no address of the kind': {
        inject: () => {
          current = 'planted.internal:25' as unknown as Address
        },
        expect: { text: 'not an address' },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe('tcp', () => {
  test('without anything expected a connection is enough, and nothing of it is left', async () => {
    await using server = await startFaultyTcp({ kind: 'silent' })
    const { status, message, data } = await run(server)
    expect([status, message, data]).toEqual(['UP', 'connected', undefined])
    await expect.poll(() => server.open).toBe(0)
    expect(server.accepted).toBe(1)
  })

  test.each([
    ['and nothing of it is awaited', {}],
    ['and its first word is enough', { expect: '220' }],
  ])('a server that speaks first is not reset: %s', async (_how, options) => {
    await using server = await startTalker()
    for (let probe = 0; probe < 20; probe++) expect((await run(server, options)).status).toBe('UP')
    await expect.poll(() => server.endings).toEqual(Array(20).fill('in good order'))
  })

  test('a server that does not close its side is left after a second', async () => {
    const sockets = new Set<Socket>()
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket.resume().on('error', () => {}))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      expect((await run({ host: '127.0.0.1', port })).status).toBe('UP')
      // Written to, a side that is gone resets the connection.
      const [socket] = sockets
      const writing = setInterval(() => socket?.write('still here'), 50)
      socket?.on('close', () => clearInterval(writing))
      await expect.poll(() => socket?.destroyed, { timeout: 5_000 }).toBe(true)
    } finally {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })

  test('says its part and judges what comes back, in however many pieces', async () => {
    let heard = ''
    const sockets = new Set<Socket>()
    const server: Server = createServer((socket) => {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('data', (bytes) => {
          heard += bytes
          for (const [index, piece] of ['+P', 'ON', 'G\r\n'].entries())
            setTimeout(() => socket.write(piece), index * 20)
        })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as { port: number }
      const report = await run({ host: '127.0.0.1', port }, { send: 'PING\r\n', expect: '+PONG' })
      expect([report.status, report.message, heard]).toEqual(['UP', 'answered', 'PING\r\n'])
    } finally {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })

  test('tells that it was slow', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      setTimeout(() => socket.end('ready'), 60)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const report = await run({ host: '127.0.0.1', port }, { expect: 'ready', degradedAfterMs: 20 })
    expect([report.status, report.message]).toEqual(['DEGRADED', 'answered, slower than 20 ms'])
    server.close()
  })

  test('as a ping: a host that refuses is there, one that is silent is not', async () => {
    const port = await closedPort()
    const refused = await run({ host: '127.0.0.1', port }, { refusedAs: 'UP' })
    expect([refused.status, refused.message]).toEqual(['UP', 'host answers'])
    // A name may have two addresses, which both refuse.
    expect((await run({ host: 'localhost', port }, { refusedAs: 'UP' })).status).toBe('UP')
    const unknown = await run({ host: 'nowhere.invalid', port }, { refusedAs: 'UP' })
    expect(unknown.status).toBe('DOWN')
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const late = await run(silent, { refusedAs: 'UP', expect: 'x', timeoutMs: 50 })
    expect(late.error).toBe('timed out after 50 ms')
    await expect.poll(() => silent.open).toBe(0)
  })

  test.for(['x:80', '[::1]', 'a b', 'user@x', 'x/'])('%s is no host', (host) => {
    expect(() => createHealth({ checks: { a: tcp({ host, port: 80 }) } })).toThrow('checks.a.address.host')
  })

  test.for(['x', '::1', 'fe80::1%eth0', '10.0.0.7', 'a_b.internal', 'bücher.example'])(
    '%s is one',
    (host) => {
      expect(() => createHealth({ checks: { a: tcp({ host, port: 80 }) } })).not.toThrow()
    },
  )

  test('names all that is wrong with its options', () => {
    const options = {
      send: 5,
      expect: '',
      degradedAfterMs: 800,
      refusedAs: 'up',
      timeoutMs: 700,
    } as unknown as TcpCheckOptions
    expect(() =>
      createHealth({
        checks: {
          a: tcp({ host: '', port: 70_000 }, options),
          b: tcp('host:80' as never),
          c: tcp({ host: 'http://x', port: 80 }),
        },
      }),
    ).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.a.address.host: expected a host name or an address, got an empty string',
          'checks.a.address.port: expected a whole number between 1 and 65535, got 70000',
          'checks.a.send: expected a string or bytes, got 5',
          'checks.a.expect: expected a text or a regular expression, got an empty string',
          'checks.a.degradedAfterMs: expected less than timeoutMs (700), got 800',
          "checks.a.refusedAs: expected 'DOWN', 'UP', got a string of 2 characters",
          'checks.b.address: expected { host, port }, or a function for one, got a string of 7 characters',
          'checks.c.address.host: expected a host name or an address, got a string of 8 characters; neither a URL, nor with its port, nor in brackets',
        ],
      }),
    )
  })
})
