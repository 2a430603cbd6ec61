import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { ipcChannel } from './ipc-channel.ts'

class End extends EventEmitter {
  readonly pending: (() => void)[] = []
  send: unknown = vi.fn((_message: object, _handle: undefined, _options: undefined, done: () => void) => {
    this.pending.push(done)
  })
}

test('no more than eight messages wait for a process that reads nothing', () => {
  const end = new End()
  const channel = ipcChannel(end)
  const taken = Array.from({ length: 100 }, () => channel.post({}))
  expect(end.send).toHaveBeenCalledTimes(8)
  expect(taken.filter(Boolean)).toHaveLength(8)
  for (const done of end.pending.splice(0)) done()
  channel.post({})
  expect(end.send).toHaveBeenCalledTimes(9)
})

test('a channel that is closed, throws or never was takes nothing, and nobody is hurt', () => {
  const end = new End()
  const channel = ipcChannel(end)
  end.send = () => {
    throw new Error('channel closed')
  }
  for (let sent = 0; sent < 20; sent++) expect(channel.post({})).toBe(false)
  end.send = undefined
  expect(channel.post({})).toBe(false)
  end.send = vi.fn()
  channel.post({})
  expect(end.send).toHaveBeenCalledTimes(1)
})

test('listening adds one listener, and ending it takes it away', () => {
  const end = new End()
  const onMessage = vi.fn()
  const stop = ipcChannel(end).listen(onMessage)
  end.emit('message', { some: 'message' })
  expect(onMessage).toHaveBeenCalledWith({ some: 'message' })
  stop()
  expect(end.eventNames()).toEqual([])
})
