import { describe, expect, test } from 'vitest'
import { FewQuestions } from './few-questions.ts'

const connection = {}

function contextOf(now = 0, signal = new AbortController().signal) {
  return { signal, now: () => now }
}

describe('FewQuestions', () => {
  test('hands each run the answer to its own question', async () => {
    const questions = new FewQuestions<number>(1)
    const ask = (value: number) => questions.ask(connection, contextOf(), async () => value)
    expect(await ask(1)).toBe(1)
    expect(await ask(2)).toBe(2)
    await expect(
      questions.ask(connection, contextOf(), () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no')
    expect(await ask(3)).toBe(3)
  })

  test('owes a few, and puts the next one when one of them has settled, either way', async () => {
    const questions = new FewQuestions<string>(2)
    const settlers: { resolve(value: string): void; reject(error: Error): void }[] = []
    const ask = () =>
      questions.ask(
        connection,
        contextOf(),
        () => new Promise((resolve, reject) => settlers.push({ resolve, reject })),
      )
    const answers = [ask(), ask(), ask(), ask()]
    await Promise.resolve()
    expect(settlers).toHaveLength(2)
    settlers[1]?.reject(new Error('refused'))
    await expect(answers[1]).rejects.toThrow('refused')
    await expect.poll(() => settlers.length).toBe(3)
    settlers[0]?.resolve('first')
    settlers[2]?.resolve('third')
    await expect.poll(() => settlers.length).toBe(4)
    settlers[3]?.resolve('fourth')
    expect(await Promise.all([answers[0], answers[2], answers[3]])).toEqual(['first', 'third', 'fourth'])
  })

  test('who leaves puts no question, and leaves the one that was put', async () => {
    const questions = new FewQuestions<string>(1)
    let put = 0
    const ask = (signal: AbortSignal, now = 0) =>
      questions.ask(connection, contextOf(now, signal), () => {
        put++
        return new Promise<string>(() => {})
      })
    const [first, second] = [new AbortController(), new AbortController()]
    const answers = [ask(first.signal), ask(second.signal)]
    first.abort(new Error('gone'))
    second.abort(new Error('gone'))
    for (const answer of answers) await expect(answer).rejects.toThrow('gone')
    await expect(ask(first.signal)).rejects.toThrow('gone')
    expect(put).toBe(1)
    // One that is lost altogether is given up after a minute.
    void ask(new AbortController().signal, 60_000)
    await expect.poll(() => put).toBe(2)
  })

  test('each connection has its own', async () => {
    const questions = new FewQuestions<string>(1)
    void questions.ask(connection, contextOf(), () => new Promise(() => {}))
    expect(await questions.ask({}, contextOf(), async () => 'other')).toBe('other')
  })
})
