import { createSocket, type Socket } from 'node:dgram'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faultsOfPeer, type Peer, startPeer } from '../../../../tests/servers/peer.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import { nothingToConnect } from '../testing/nothing-to-connect.ts'
import { type Address, type UdpCheckOptions, udp } from './udp.ts'

let server: Socket
let answer: string | undefined = 'pong planted'
let delayMs = 0
let questions = 0
let address: Address
const closed: Address = { host: '127.0.0.1', port: 0 }
const askers = new Set<number>()

async function bind(): Promise<Socket> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return socket
}

beforeAll(async () => {
  server = await bind()
  server.on('message', (_question, { port }) => {
    questions++
    askers.add(port)
    if (answer !== undefined) setTimeout((text) => server.send(text, port, '127.0.0.1'), delayMs, answer)
  })
  address = { host: '127.0.0.1', port: server.address().port }
  const gone = await bind()
  Object.assign(closed, { port: gone.address().port })
  await new Promise<void>((resolve) => gone.close(resolve))
})
afterAll(() => server.close())

const run = (options: Partial<UdpCheckOptions> = {}, to = address) =>
  createHealth({ checks: { peer: udp(to, { send: 'ping', timeoutMs: 5000, ...options }) } })
    .check('peer')
    .run()

describe('keeps the contract of checks', () => {
  let peer: Peer
  beforeAll(async () => {
    peer = await startPeer('udp', { slowMs: 1000 })
  })
  afterAll(() => peer[Symbol.asyncDispose]())
  const options = { send: 'ping', expect: /^pong/, timeoutMs: 200 }
  const secrets = ['127.0.0.1', 'planted']
  const ofPeer = checkContract({
    create: () => udp(peer, options),
    works: nothingToConnect,
    secrets,
    faults: faultsOfPeer(() => peer, { killed: 'connection refused' }),
  })
  test.each(ofPeer)('in a process of its own: $name', { timeout: 120_000 }, ({ run }) => run())

  let elsewhere: Address | undefined
  const cases = checkContract({
    create: () => udp(() => elsewhere ?? address, options),
    works: nothingToConnect,
    secrets,
    questions: () => questions,
    heal: () => {
      answer = 'pong planted'
      elsewhere = undefined
    },
    faults: {
      'no answer': {
        inject: () => {
          answer = undefined
        },
        expect: { text: 'timed out after 200 ms' },
      },
      'another answer': {
        inject: () => {
          answer = 'error planted'
        },
        expect: { text: 'answer not as expected' },
      },
      'a closed port': {
        inject: () => {
          elsewhere = closed
        },
        expect: { text: 'connection refused' },
      },
      'no such host': {
        inject: () => {
          elsewhere = { host: 'nowhere.invalid', port: 5 }
        },
        expect: { text: /^(host name not found|name resolution failed)$/ },
      },
    },
  })
  test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
})

describe('udp', () => {
  test('any answer will do, and it tells that it was slow', async () => {
    expect((await run()).message).toBe('answered')
    delayMs = 60
    const { status, message } = await run({ degradedAfterMs: 20 })
    delayMs = 0
    expect([status, message]).toEqual(['DEGRADED', 'answered, slower than 20 ms'])
  })

  test('an answer that comes late is not taken for the next one', async () => {
    delayMs = 150
    const health = createHealth({
      checks: {
        peer: udp(address, {
          send: 'ping',
          expect: 'second',
          timeoutMs: 100,
          overlapAfterMs: 0,
          maxAgeMs: { up: 0 },
        }),
      },
    })
    answer = 'first'
    expect((await health.check('peer').run()).error).toBe('timed out after 100 ms')
    delayMs = 80
    answer = 'second'
    expect((await health.check('peer').run()).message).toBe('answered')
    delayMs = 0
    answer = 'pong planted'
  })

  test('takes a socket a run, and gives it back', async () => {
    const resources = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('UDP')).length
    const before = resources()
    askers.clear()
    const health = createHealth({ checks: { peer: udp(address, { send: new Uint8Array([1]) }) } })
    for (let probe = 0; probe < 100; probe++) expect((await health.check('peer').run()).status).toBe('UP')
    expect(askers.size).toBeGreaterThan(1)
    await expect.poll(resources).toBe(before)
  })

  test('names all that is wrong with its options', () => {
    const options = { expect: 5, degradedAfterMs: 500 } as unknown as UdpCheckOptions
    expect(() => createHealth({ checks: { a: udp({ host: 'a', port: 0 }, options) } })).toThrowError(
      expect.objectContaining({
        problems: [
          'checks.a.address.port: expected a whole number between 1 and 65535, got 0',
          'checks.a.send: expected a string or bytes, got undefined',
          'checks.a.expect: expected a text or a regular expression, got 5',
          'checks.a.degradedAfterMs: expected less than timeoutMs (500), got 500',
        ],
      }),
    )
    expect(() => createHealth({ checks: { a: udp(address, undefined as never) } })).toThrow(
      'send: expected a string',
    )
  })
})
