import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameSecret } from './secret.ts'

describe('sameSecret', () => {
  it('knows a text by itself alone', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
        expect(sameSecret(a, a)).toBe(true)
        expect(sameSecret(a, b)).toBe(a === b)
        expect(sameSecret(a + b, a)).toBe(false)
        expect(sameSecret(a, a + b)).toBe(false)
      }),
    )
  })

  it.each([
    ['aa', 'a'],
    ['abab', 'ab'],
    ['', 'a'],
    ['a', ''],
    ['\u0000', 'a'],
    ['a\u0000', 'a'],
    ['é', 'é'.normalize('NFD')],
    ['Ā', '\u0000'],
  ])('tells %j from %j', (presented, known) => {
    expect(sameSecret(presented, known)).toBe(false)
  })
})
