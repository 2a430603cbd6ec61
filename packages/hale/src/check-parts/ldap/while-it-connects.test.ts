import { expect, test } from 'vitest'
import { askUnlessConnected } from './while-it-connects.ts'

/** One that connects when it is told, and keeps its socket to itself unless it is given one. */
function clientOf(socket?: object) {
  const state = { isConnected: false, socket }
  const settlers: ((value: string) => void)[] = []
  const question = () => new Promise<string>((resolve) => settlers.push(resolve))
  const asked = (now = 0, signal = new AbortController().signal) =>
    askUnlessConnected(state, { signal, now: () => now }, question)
  return { state, settlers, asked }
}

test('nothing is asked of one that is connected', async () => {
  const { state, settlers, asked } = clientOf()
  state.isConnected = true
  expect(await asked()).toBeUndefined()
  expect(settlers).toEqual([])
})

test('who comes while another makes it connect waits until it is connected', async () => {
  const { state, settlers, asked } = clientOf()
  const [first, second] = [asked(), asked()]
  await Promise.resolve()
  expect(settlers).toHaveLength(1)
  state.isConnected = true
  expect(await second).toBeUndefined()
  settlers[0]?.('answer')
  expect(await first).toBe('answer')
})

test('who has waited for one that fails asks next', async () => {
  const { settlers, asked, state } = clientOf()
  const refused = askUnlessConnected(state, { signal: new AbortController().signal, now: () => 0 }, () =>
    Promise.reject(new Error('refused')),
  )
  const second = asked()
  await expect(refused).rejects.toThrow('refused')
  await expect.poll(() => settlers.length).toBe(1)
  settlers[0]?.('answer')
  expect(await second).toBe('answer')
})

test.each([
  ['a question that is lost', undefined],
  ['a socket that never connects', {}],
])('%s is waited for, and given up half a minute later', async (_kind, socket) => {
  const { settlers, asked } = clientOf(socket)
  const before = socket === undefined ? 1 : 0
  if (socket === undefined) void asked(0)
  const gone = new AbortController()
  const waiting = [asked(0, gone.signal), asked(29_999, gone.signal)]
  gone.abort(new Error('too late'))
  for (const each of waiting) await expect(each).rejects.toThrow('too late')
  expect(settlers).toHaveLength(before)
  void asked(30_000)
  await expect.poll(() => settlers.length).toBe(before + 1)
})

test('a socket that is gone takes its question with it', async () => {
  const { state, settlers, asked } = clientOf({})
  const waiting = asked()
  state.socket = undefined
  await expect.poll(() => settlers.length).toBe(1)
  settlers[0]?.('answer')
  expect(await waiting).toBe('answer')
})
