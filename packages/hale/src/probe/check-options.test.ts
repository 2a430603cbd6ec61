import { expect, it } from 'vitest'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { type ProbeOptions, probe } from './index.ts'

it('tells every problem of target and options at once', async () => {
  const wrong = {
    timeoutMs: 0,
    retries: 1.5,
    waitMs: 'long',
    onRetry: 'tell me',
    degradedAfterMs: 5000,
    method: 'POST',
    headers: { 'a b': 'c', good: 'x\r\ny: z' },
    expectedStatus: 'two hundred',
    expectBody: 5,
    expectJson: { equals: 1 },
    daysLeft: { downAtt: 1 },
    signal: {},
    insecure: 'yes',
    cert: 'x',
    retrys: 1,
  }
  const error = await probe('tcp://secret', wrong as unknown as ProbeOptions).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(ConfigurationError)
  const named = [
    'target',
    'timeoutMs',
    'retries',
    'waitMs',
    'onRetry',
    'degradedAfterMs',
    'method',
    'headers',
    'headers.good',
  ]
  const others = [
    'expectedStatus',
    'expectBody',
    'expectJson.path',
    'daysLeft.downAtt',
    'signal',
    'insecure',
    'key',
    'retrys',
  ]
  for (const name of [...named, ...others])
    expect(
      error.problems.some((problem: string) => problem.startsWith(`${name}: `)),
      name,
    ).toBe(true)
  expect(error.message).toContain('did you mean retries?')
})

it.each([
  [undefined, {}, /target: expected a URL/],
  ['http://a/', null, /options: expected an object/],
  ['http://a/', { method: 'HEAD', expectBody: 'x' }, /an answer to HEAD has no body/],
  ['http://a/', { degradedAfterMs: 3000 }, /expected less than timeoutMs \(3000\)/],
  ['http://a/', { degradedAfterMs: 0 }, /degradedAfterMs: expected a number of milliseconds of at least 1/],
  ['https://a/', { daysLeft: 14 }, /daysLeft: expected \{ degradedAt, downAt \}, got 14/],
  [
    'https://a/',
    { daysLeft: { degradedAt: 7, downAt: 14 } },
    /daysLeft\.downAt: expected at most degradedAt \(7\), got 14/,
  ],
  ['unix:/a', { socketPath: '/b' }, /target: names a Unix socket/],
])('refuses %j with %j', async (target, options, problem) => {
  await expect(probe(target as string, options as unknown as ProbeOptions)).rejects.toThrow(problem)
})
