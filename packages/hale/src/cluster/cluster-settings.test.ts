import { expect, test } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { collectHealth } from './collect-health.ts'
import { shareHealth } from './share-health.ts'

function problemsOf(call: () => unknown): readonly string[] {
  try {
    call()
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

test('every problem of sharing is told at once', () => {
  const health = createHealth({ checks: { workers: check(() => {}) } })
  const options = { verdict: 'all', quorum: 0, intervalMs: '5', silentAfterMs: 1500, refreshMs: 0, quorm: 1 }
  expect(problemsOf(() => shareHealth(health, options as object))).toEqual([
    expect.stringMatching(/^quorm: unknown option; did you mean quorum\?/),
    expect.stringMatching(/^intervalMs: .* use Number/),
    expect.stringMatching(/^silentAfterMs: expected at least twice intervalMs/),
    expect.stringMatching(/^quorum: expected a whole number of at least 1/),
    expect.stringMatching(/^verdict: expected 'this', 'worst', 'best', 'quorum'/),
    expect.stringMatching(/^refreshMs: /),
    expect.stringMatching(/^entry: a check or group is named workers already/),
  ])
  expect(problemsOf(() => shareHealth(undefined as never))).toEqual([
    'health: expected what createHealth returns, got undefined',
  ])
})

test('every problem of collecting is told at once', () => {
  const options = { verdict: 'this', workers: 2, quorum: 3, onWorker: 'kill', entry: '/', startWithinMs: -1 }
  expect(problemsOf(() => collectHealth(options as object))).toEqual([
    expect.stringMatching(/^entry: a name begins with a letter/),
    expect.stringMatching(/^quorum: there are to be 2 workers/),
    expect.stringMatching(/^verdict: expected 'worst', 'best', 'quorum'/),
    expect.stringMatching(/^startWithinMs: /),
    expect.stringMatching(/^onWorker: expected a function/),
  ])
})

test('what is no running thread is refused', async () => {
  await using collected = collectHealth()
  expect(problemsOf(() => collected.add({} as never))).toHaveLength(1)
  expect(problemsOf(() => collected.add({ threadId: -1, once: () => {} }))).toHaveLength(1)
})

test('what the primary is given is looked at as what a registry is given', () => {
  const options = { clock: {}, logger: {}, service: { nmae: 'orders' } }
  expect(problemsOf(() => collectHealth(options as object))).toEqual([
    'service.nmae: unknown option; did you mean name?',
    'logger: expected an object with the methods info, warn, error; an object lacks info, warn, error',
    'clock: expected an object with the methods now, wallTime, after; an object lacks now, wallTime, after',
  ])
})

test.each(['application', 'readiness', 'startup'])(
  'no entry is called %s, which is something else',
  (entry) => {
    const reserved = [expect.stringMatching(/^entry: the name is reserved/)]
    expect(problemsOf(() => collectHealth({ entry }))).toEqual(reserved)
    expect(problemsOf(() => shareHealth(createHealth({ checks: {} }), { entry }))[0]).toEqual(reserved[0])
  },
)
