import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { coloursWanted, untilClosed } from './terminal.ts'

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

it('writes until nobody reads any more, which it tells', () => {
  const stream = new PassThrough({ encoding: 'utf8' })
  let closed = 0
  const write = untilClosed(stream, () => {
    closed += 1
  })
  write('a')
  stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  write('b')
  expect(stream.read()).toBe('a')
  expect(closed).toBe(1)
})

it('does not take another fault for that', () => {
  const stream = new PassThrough()
  untilClosed(stream)
  expect(() => stream.emit('error', Object.assign(new Error('no space'), { code: 'ENOSPC' }))).toThrow(
    'no space',
  )
})
