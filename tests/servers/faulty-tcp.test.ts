import { connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { closedPort, startFaultyTcp } from './faulty-tcp.ts'

function talk(port: number, say = 'hello'): { socket: Socket; heard: () => string; ended: Promise<string> } {
  let heard = ''
  const socket = connect(port, '127.0.0.1', () => socket.write(say))
  socket.setEncoding('utf8').on('data', (text) => {
    heard += text
  })
  const ended = new Promise<string>((resolve) => {
    socket
      .on('end', () => resolve('end'))
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
  })
  return { socket, heard: () => heard, ended }
}

describe('a TCP server with a fault', () => {
  test('accepts and never answers', async () => {
    await using server = await startFaultyTcp({ kind: 'silent' })
    const { socket, heard } = talk(server.port)
    await expect.poll(() => server.open).toBe(1)
    expect(heard()).toBe('')
    socket.destroy()
    await expect.poll(() => server.open).toBe(0)
  })

  test('resets at once or after the first bytes', async () => {
    for (const after of ['accept', 'data'] as const) {
      await using server = await startFaultyTcp({ kind: 'reset', after })
      expect(await talk(server.port).ended).toBe('ECONNRESET')
      expect(server.accepted).toBe(1)
    }
  })

  test('closes in good order', async () => {
    await using server = await startFaultyTcp({ kind: 'close' })
    expect(await talk(server.port, '').ended).toBe('end')
  })

  test('says what it was told to', async () => {
    await using server = await startFaultyTcp({ kind: 'says', bytes: '220 nonsense\r\n' })
    const { heard, socket } = talk(server.port)
    await expect.poll(heard).toBe('220 nonsense\r\n')
    socket.destroy()
  })

  test('is gone once closed, with its connections', async () => {
    const server = await startFaultyTcp({ kind: 'silent' })
    const { ended } = talk(server.port)
    await expect.poll(() => server.open).toBe(1)
    await server.close()
    expect(await ended).toMatch(/end|ECONNRESET/)
    expect(await talk(server.port).ended).toBe('ECONNREFUSED')
  })

  test('a closed port refuses', async () => {
    expect(await talk(await closedPort()).ended).toBe('ECONNREFUSED')
  })
})
