import { expect, test } from 'vitest'
import { threadChannel } from './thread-channel.ts'

test('what one collector sends is no sign of life to another', async () => {
  const heard = { first: [] as unknown[], second: [] as unknown[], thread: [] as unknown[] }
  const ends = {
    first: threadChannel(4712, 'primary'),
    second: threadChannel(4712, 'primary'),
    thread: threadChannel(4712, 'thread'),
  }
  expect(ends.first.post({ kind: 'beat' })).toBe(false)
  const names = ['first', 'second', 'thread'] as const
  const stops = names.map((name) => ends[name].listen((message) => heard[name].push(message)))
  expect(ends.first.post({ from: 'the primary' })).toBe(true)
  await expect.poll(() => heard.thread).toEqual([{ from: 'the primary' }])
  ends.thread.post({ from: 'the thread' })
  await expect.poll(() => heard.second).toEqual([{ from: 'the thread' }])
  expect(heard.first).toEqual([{ from: 'the thread' }])
  for (const stop of stops) stop()
})
