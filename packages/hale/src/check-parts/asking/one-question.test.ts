import { expect, test } from 'vitest'
import { OneQuestion, settlesWithin, unlessAborted } from './one-question.ts'

function context(now = 0) {
  const controller = new AbortController()
  return { controller, signal: controller.signal, timeoutMs: 500, now: () => now }
}

test('who asks while an answer is owed waits for the same one', async () => {
  const one = new OneQuestion<number>()
  const connection = {}
  let asked = 0
  let answer = (_value: number): void => {}
  const question = () => {
    asked++
    return new Promise<number>((resolve) => {
      answer = resolve
    })
  }
  const both = [one.ask(connection, context(), question), one.ask(connection, context(), question)]
  await Promise.resolve()
  answer(1)
  expect([await Promise.all(both), asked]).toEqual([[1, 1], 1])
  const next = one.ask(connection, context(), question)
  answer(2)
  expect([await next, asked]).toEqual([2, 2])
})

test('an answer that comes later than a run may take is not the answer to a later run', async () => {
  const one = new OneQuestion<number>()
  const connection = {}
  const answers: ((value: number) => void)[] = []
  const question = () => new Promise<number>((resolve) => answers.push(resolve))
  let now = 0
  const asker = () => ({ ...context(), now: () => now })
  const [first, inTime] = [one.ask(connection, asker(), question), one.ask(connection, asker(), question)]
  now = 499
  answers[0]?.(1)
  expect(await Promise.all([first, inTime])).toEqual([1, 1])
  const run = context()
  const abandoned = one.ask(connection, { ...run, now: () => now }, question)
  run.controller.abort(new Error('too late'))
  await expect(abandoned).rejects.toThrow('too late')
  now = 999
  const later = [one.ask(connection, asker(), question), one.ask(connection, asker(), question)]
  answers[1]?.(2)
  await expect.poll(() => answers.length).toBe(3)
  answers[2]?.(3)
  expect(await Promise.all(later)).toEqual([3, 3])
  expect(answers).toHaveLength(3)
})

test('an answer that is never given is asked for once more a minute later, and each connection by itself', async () => {
  const one = new OneQuestion<void>()
  const [first, second] = [{}, {}]
  let asked = 0
  const ask = (connection: object, now: number): void => {
    one
      .ask(connection, context(now), () => {
        asked++
        return new Promise(() => {})
      })
      .catch(() => {})
  }
  for (const now of [0, 1, 59_999]) ask(first, now)
  expect(asked).toBe(1)
  ask(second, 1)
  expect(asked).toBe(2)
  for (const now of [60_000, 60_001]) ask(first, now)
  expect(asked).toBe(3)
})

test('a question that throws at once rejects, and is put again by the next', async () => {
  const one = new OneQuestion<number>()
  const connection = {}
  const broken = () => {
    throw new Error('closed')
  }
  await expect(one.ask(connection, context(), broken)).rejects.toThrow('closed')
  await expect(one.ask(connection, context(), async () => 3)).resolves.toBe(3)
})

test('an abort ends the waiting with its reason, before and while it lasts', async () => {
  const late = context()
  const waiting = unlessAborted(new Promise(() => {}), late.signal)
  late.controller.abort(new Error('timed out'))
  await expect(waiting).rejects.toThrow('timed out')
  await expect(unlessAborted(new Promise(() => {}), late.signal)).rejects.toThrow('timed out')
})

test('tells whether something settles in time', async () => {
  expect(await settlesWithin(Promise.resolve(), 1_000)).toBe(true)
  expect(await settlesWithin(Promise.reject(new Error('x')), 1_000)).toBe(true)
  expect(await settlesWithin(new Promise(() => {}), 5)).toBe(false)
  const soon = new Promise((resolve) => setTimeout(resolve, 5))
  expect(await settlesWithin(soon, 2 ** 32)).toBe(true)
})
