import { expect, it } from 'vitest'
import { durationMs, durationText } from './duration.ts'

it.each([
  ['0s', 0],
  ['500ms', 500],
  ['2s', 2000],
  ['1.5m', 90_000],
  ['1m30s', 90_000],
  ['1h', 3_600_000],
  ['1s500ms', 1500],
])('%s is %d ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms)
})

it.each(['', '2', 's', '2 s', '-2s', '2d', '2s!', '1e3s', '٢s'])('%j is no duration', (text) => {
  expect(durationMs(text)).toBeUndefined()
})

it.each([
  [100, '100ms'],
  [1000, '1s'],
  [1500, '1.5s'],
  [90_000, '1.5m'],
  [61_000, '61s'],
  [3_600_000, '1h'],
])('%d ms is written %s, which reads back', (ms, text) => {
  expect(durationText(ms)).toBe(text)
  expect(durationMs(text)).toBe(ms)
})
