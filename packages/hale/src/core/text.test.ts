import { expect, test } from 'vitest'
import { boundText, durationText } from './text.ts'

test('keeps an ordinary line as it is', () => {
  expect(boundText('connected to réplica ✓')).toBe('connected to réplica ✓')
})

test('has nothing to show for what is no text', () => {
  for (const value of [undefined, null, '', 7, {}, ['a'], Symbol('a')])
    expect(boundText(value)).toBeUndefined()
})

test('takes control characters and line breaks out, so that no header, log line or terminal is forged', () => {
  expect(boundText('a\r\nSet-Cookie: x\u001b[31m\u2028b\u0000')).toBe('a Set-Cookie: x [31m b ')
})

test('cuts to 256 characters and never leaves half a character', () => {
  const cut = boundText(`${'a'.repeat(254)}😀😀`) as string
  expect(cut.length).toBeLessThanOrEqual(256)
  expect(cut.isWellFormed()).toBe(true)
  expect(cut.endsWith('…')).toBe(true)
  expect(boundText('\ud800')).toBe('\ufffd')
})

test.each([
  [0, '0 ms'],
  [499.6, '500 ms'],
  [1000, '1 s'],
  [1540, '1.5 s'],
  [90_000, '90 s'],
  [120_000, '2 min'],
  [5_400_000, '90 min'],
])('says %d ms as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})
