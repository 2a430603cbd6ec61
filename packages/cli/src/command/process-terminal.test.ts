import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { coloursWanted, processTerminal, untilClosed } from './terminal.ts'

it.each([
  [{}, true, true],
  [{}, false, false],
  [{ TERM: 'dumb' }, true, false],
  [{ NO_COLOR: '1' }, true, false],
  // no-color.org: an empty one says nothing.
  [{ NO_COLOR: '' }, true, true],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
])('with %j and a terminal: %s, colours are wanted: %s', (env, isTerminal, wanted) => {
  expect(coloursWanted(env, isTerminal)).toBe(wanted)
})

it.each(['EPIPE', 'EIO', 'ECONNRESET'])('writes until nobody reads any more, which it tells: %s', (code) => {
  const stream = new PassThrough({ encoding: 'utf8' })
  const told: string[] = []
  const write = untilClosed(stream, { closed: () => told.push('closed'), failed: () => told.push('failed') })
  write('a')
  stream.emit('error', Object.assign(new Error('write'), { code }))
  write('b')
  expect(stream.read()).toBe('a')
  expect(told).toEqual(['closed'])
})

it('tells once that something could not be written, and writes on', () => {
  const stream = new PassThrough({ encoding: 'utf8' })
  const failed: unknown[] = []
  const write = untilClosed(stream, { failed: ({ code }) => failed.push(code) })
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })
  write('a')
  stream.emit('error', full)
  stream.emit('error', full)
  write('b')
  expect(stream.read()).toBe('ab')
  expect(failed).toEqual(['ENOSPC'])
})

it('is ended by the first signal, and leaves the process to the second, of whichever kind', () => {
  const names = ['SIGINT', 'SIGTERM'] as const
  const listening = () => names.map((name) => process.listenerCount(name))
  const before = listening()
  const onError = [process.stdout, process.stderr].map(
    (stream) => [stream, stream.listeners('error')] as const,
  )
  const { signal } = processTerminal()
  process.listeners('SIGINT').at(-1)?.('SIGINT')
  expect(signal.reason).toBe('SIGINT')
  expect(listening()).toEqual(before)
  for (const [stream, known] of onError)
    for (const each of stream.listeners('error'))
      if (!known.includes(each)) stream.off('error', each as () => void)
})
