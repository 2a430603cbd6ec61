import { expect, it } from 'vitest'
import { cut, fitted, widthOf } from './text-width.ts'

it.each([
  ['', 0],
  ['orders', 6],
  ['支払い', 6],
  ['é', 1],
  ['e\u0301', 1],
  ['👩‍👩‍👧', 2],
  ['🇨🇭', 2],
  ['✓▁█→', 4],
  ['한글', 4],
  ['a\u200bb', 2],
])('%j takes %d columns', (text, width) => {
  expect(widthOf(text)).toBe(width)
})

it.each([
  ['orders', 6, 'orders'],
  ['orders', 5, 'orde…'],
  ['支払い', 5, '支払…'],
  // Half of a wide character cannot be shown.
  ['支払い', 4, '支…'],
  ['orders', 0, ''],
])('%j cut to %d columns is %j', (text, width, shown) => {
  expect(cut(text, width)).toBe(shown)
  expect(widthOf(fitted(text, width))).toBe(width)
})
