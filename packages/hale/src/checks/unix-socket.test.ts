import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faultsOfPeer, type Peer, startPeer } from '../../../../tests/servers/peer.ts'
import { startTalker } from '../../../../tests/servers/talker.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type UnixSocketCheckOptions, unixSocket } from './unix-socket.ts'

const directory = mkdtempSync(join(tmpdir(), 'hale-unix-socket-'))
const path = join(directory, 'planted.sock')
const sockets = new Set<Socket>()
let silent = false
let accepted = 0
let server: Server

beforeAll(async () => {
  server = createServer((socket) => {
    accepted++
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    socket.on('data', () => {
      if (!silent) socket.write('pong\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
})
afterAll(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
  rmSync(directory, { recursive: true, force: true })
})

describe('keeps the contract of checks', () => {
  const away = `${path}.away`
  const ownPath = join(directory, 'planted-peer.sock')
  let peer: Peer
  beforeAll(async () => {
    peer = await startPeer('unix-socket', { path: ownPath, slowMs: 1000 })
  })
  afterAll(() => peer[Symbol.asyncDispose]())
  const ofPeer = checkContract({
    create: () => unixSocket(ownPath, { timeoutMs: 200, expect: '220' }),
    works: nothingToConnect,
    secrets: [directory, 'planted-peer'],
    faults: faultsOfPeer(() => peer, { killed: 'connection refused' }),
  })
  test.each(ofPeer)('in a process of its own: $name', { timeout: 120_000 }, ({ run }) => run())
  const cases = checkContract({
    create: () => unixSocket(path, { timeoutMs: 200, send: 'ping\n', expect: 'pong' }),
    works: nothingToConnect,
    secrets: [directory, 'planted.sock'],
    questions: () => accepted,
    faults: {
      'no file': {
        inject: () => renameSync(path, away),
        heal: () => renameSync(away, path),
        expect: { text: 'not found' },
      },
      'a file that nobody listens on': {
        inject: () => {
          renameSync(path, away)
          // What a server leaves behind that is killed.
          const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
          spawnSync(process.execPath, ['-e', script])
        },
        heal: () => renameSync(away, path),
        expect: { text: 'connection refused' },
      },
      'a file that is no socket': {
        inject: () => {
          renameSync(path, away)
          writeFileSync(path, 'planted')
        },
        heal: () => renameSync(away, path),
        expect: { text: 'connection refused' },
      },
      'no answer': {
        inject: () => {
          silent = true
        },
        heal: () => {
          silent = false
        },
        expect: { text: 'timed out after 200 ms' },
      },
    },
    connections: async () => {
      await expect.poll(() => sockets.size).toBe(0)
      return sockets.size
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe('unixSocket', () => {
  test('without anything expected a connection is enough', async () => {
    const report = await createHealth({ checks: { peer: unixSocket(path) } })
      .check('peer')
      .run()
    expect([report.status, report.message, report.data]).toEqual(['UP', 'connected', undefined])
  })

  test.each([
    ['and nothing of it is awaited', {}],
    ['and its first word is enough', { expect: '220' }],
  ])('a server that speaks first is not reset: %s', async (_how, options) => {
    const own = join(directory, 'talker.sock')
    await using talker = await startTalker({ path: own })
    const health = createHealth({ checks: { peer: unixSocket(own, options) } })
    for (let probe = 0; probe < 20; probe++) expect((await health.check('peer').run()).status).toBe('UP')
    await expect.poll(() => talker.endings).toEqual(Array(20).fill('in good order'))
  })

  test('tells that the queue of those who want to connect is full, as of a server that is frozen', async () => {
    const full = join(directory, 'full.sock')
    const script = `require('net').createServer().listen({ path: ${JSON.stringify(full)}, backlog: 1 }, () => console.log('ready'))`
    const frozen = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const waiting: Socket[] = []
    try {
      await once(frozen.stdout, 'data')
      frozen.kill('SIGSTOP')
      const health = createHealth({ checks: { peer: unixSocket(full, { maxAgeMs: { up: 0 } }) } })
      for (let index = 0; index < 5; index++) waiting.push(connect(full).on('error', () => {}))
      await expect
        .poll(async () => (await health.check('peer').run()).error, { timeout: 5000 })
        .toBe('listen queue full')
    } finally {
      for (const socket of waiting) socket.destroy()
      frozen.kill('SIGKILL')
    }
  })

  test('names all that is wrong with its options', () => {
    const options = { expect: 5, degradedAfterMs: 0 } as unknown as UnixSocketCheckOptions
    const url = unixSocket('unix:///planted.sock')
    expect(() => createHealth({ checks: { a: unixSocket('', options), b: url } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.a.path: expected a path, got an empty string',
          'checks.a.expect: expected a text or a regular expression, got 5',
          'checks.a.degradedAfterMs: expected a number of milliseconds of at least 1, got 0',
          'checks.b.path: expected a path, got a string of 20 characters',
        ],
      }),
    )
  })
})
