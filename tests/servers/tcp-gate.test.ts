import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listen, portOf } from './faulty-tcp.ts'
import { startTcpGate, type TcpGate } from './tcp-gate.ts'

const clients: Socket[] = []
let echo: Server
let gate: TcpGate

/** A client of the gate, and what happened to it. */
function client(): { say(text: string): void; heard(): string; fate(): string } {
  let heard = ''
  let fate = 'open'
  const socket = connect(gate.port, '127.0.0.1').setEncoding('utf8')
  clients.push(socket)
  socket.on('data', (text) => {
    heard += text
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    fate = error.code ?? ''
  })
  socket.on('end', () => {
    fate = 'ended'
  })
  return { say: (text) => socket.write(text), heard: () => heard, fate: () => fate }
}

describe('a gate before a server', () => {
  beforeEach(async () => {
    echo = createServer((socket) => socket.on('error', () => {}).pipe(socket))
    await listen(echo)
    gate = await startTcpGate(portOf(echo))
  })
  afterEach(async () => {
    for (const socket of clients.splice(0)) socket.destroy()
    await gate.close()
    await new Promise((resolve) => echo.close(resolve))
  })

  test('hands on, and counts connections and bytes of clients', async () => {
    const [first, second] = [client(), client()]
    first.say('one')
    second.say('three')
    await expect.poll(() => first.heard() + second.heard()).toBe('onethree')
    expect([gate.open, gate.accepted, gate.sent]).toEqual([2, 2, 8])
    gate.drop()
    await expect.poll(() => gate.open).toBe(0)
    expect(gate.accepted).toBe(2)
  })

  test('falls silent with its connections open, and lets go what it held', async () => {
    const before = client()
    before.say('a')
    await expect.poll(before.heard).toBe('a')
    await gate.become('silent')
    const after = client()
    before.say('b')
    after.say('c')
    await expect.poll(() => gate.sent).toBe(3)
    expect([before.heard(), after.heard(), before.fate(), after.fate()]).toEqual(['a', '', 'open', 'open'])
    await gate.become('well')
    await expect.poll(() => before.heard() + after.heard()).toBe('abc')
  })

  test('is late by so much, in the right order', async () => {
    const { say, heard } = client()
    say('a')
    await expect.poll(heard).toBe('a')
    await gate.become({ slowMs: 60 })
    const from = performance.now()
    say('b')
    await expect.poll(heard, { interval: 5 }).toBe('ab')
    expect(performance.now() - from).toBeGreaterThanOrEqual(59)
    await gate.become({ slowMs: 60_000 })
    say('c')
    await expect.poll(() => gate.sent).toBe(3)
    await gate.become('well')
    say('d')
    await expect.poll(heard).toBe('abcd')
  })

  test('cuts connections, those that are there and those that come', async () => {
    const before = client()
    before.say('a')
    await expect.poll(before.heard).toBe('a')
    await gate.become('cutting')
    const after = client()
    after.say('b')
    await expect.poll(() => [before.fate(), after.fate()]).toEqual(['ECONNRESET', 'ECONNRESET'])
  })

  test('refuses, and listens again on its port', async () => {
    const { port } = gate
    await gate.become('refusing')
    const refused = client()
    await expect.poll(refused.fate).toBe('ECONNREFUSED')
    await gate.become('well')
    const { say, heard } = client()
    say('a')
    await expect.poll(heard).toBe('a')
    expect(gate.port).toBe(port)
  })
})
