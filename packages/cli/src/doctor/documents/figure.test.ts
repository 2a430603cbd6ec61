import { expect, test } from 'vitest'
import { duration, durationFrom } from './figure.ts'

test.each([
  ['1m30s', 90_000],
  ['500ms', 500],
  ['1.5s', 1500],
  ['2', 2],
  ['1h', 3_600_000],
  ['100us', 0.1],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of compose
  ['${TIMEOUT}', undefined],
  ['5 s', undefined],
  ['s', undefined],
  ['', undefined],
])('the duration %j is %j ms', (text, ms) => {
  expect(durationFrom(text)).toBe(ms)
})

test.each([
  [0, '0 s'],
  [800, '800 ms'],
  [1000, '1 s'],
  [1500, '1.5 s'],
  [90_000, '90 s'],
])('%j ms is said as %j', (ms, text) => {
  expect(duration(ms)).toBe(text)
})
