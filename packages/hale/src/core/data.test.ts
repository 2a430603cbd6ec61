import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundData } from './data.ts'

test('copies plain data as it is', () => {
  const data = { depth: 3, states: ['a', null, true], nested: { ratio: 0.5 } }
  const bounded = boundData(data)
  expect(bounded).toEqual({ data })
  expect(bounded.data).not.toBe(data)
})

describe('what JSON cannot hold', () => {
  const circular: Record<string, unknown> = { name: 'ring' }
  circular.self = circular
  const throwing = Object.defineProperty({ fine: 1 }, 'bad', {
    enumerable: true,
    get() {
      throw new Error('secret')
    },
  })
  const hostile = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('secret')
      },
    },
  )

  test.each([
    ['a BigInt', 12345678901234567890n, '12345678901234567890', undefined],
    ['a cycle', circular, { name: 'ring', self: '[circular]' }, 'circular'],
    ['a getter that throws', throwing, { fine: 1, bad: '[unreadable]' }, 'unreadable'],
    ['a proxy that throws', hostile, '[unreadable]', 'unreadable'],
    ['a function', { f: () => 1 }, { f: null }, 'a function was left out'],
    ['NaN', { n: Number.NaN }, { n: 'NaN' }, undefined],
    ['undefined', { u: undefined }, { u: null }, undefined],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z', undefined],
    ['an invalid date', new Date(Number.NaN), 'invalid date', undefined],
    ['a map', new Map([['a', 1]]), { a: 1 }, undefined],
    ['a set', new Set([1, 2]), [1, 2], undefined],
    ['bytes', new Uint8Array(9), '[9 bytes]', 'binary data was left out'],
    ['an error', { last: new Error('postgres://user:hunter2@db') }, { last: 'check failed' }, undefined],
    ['an error as a key', new Map([[new Error('postgres://u:p@db'), 1]]), { 'check failed': 1 }, undefined],
    ['toJSON', { toJSON: () => 'hunter2' }, { toJSON: null }, 'a function was left out'],
  ])('%s becomes something safe, and says so', (_, value, data, note) => {
    const bounded = boundData(value)
    expect(bounded.data).toEqual(data)
    expect(bounded.note).toBe(note)
  })

  test('the same object twice, side by side, is no cycle', () => {
    const shared = { n: 1 }
    expect(boundData([shared, shared])).toEqual({ data: [{ n: 1 }, { n: 1 }] })
  })

  test('a key named __proto__ is a key like any other', () => {
    const bounded = boundData(JSON.parse('{"__proto__":{"polluted":true}}'))
    expect(JSON.stringify(bounded.data)).toBe('{"__proto__":{"polluted":true}}')
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

describe('size', () => {
  const huge = {
    '10 MB of text': 'x'.repeat(10_000_000),
    'a million numbers': Array.from({ length: 1_000_000 }, (_, index) => index),
    'a million keys': Object.fromEntries(
      Array.from({ length: 100_000 }, (_, index) => [`key${index}`, index]),
    ),
    'a long key': { ['k'.repeat(1_000_000)]: 1 },
    'a thousand levels': Array.from({ length: 1000 }).reduce<unknown>((inner) => [inner], 1),
    'wide and deep': Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => 'x'.repeat(100))),
  }

  test.each(Object.entries(huge))('%s is bounded, and says so', (_, value) => {
    const bounded = boundData(value)
    expect(JSON.stringify(bounded.data).length).toBeLessThan(6000)
    expect(bounded.note).toBe('cut to its bounds')
  })

  test('anything at all ends as JSON of bounded length', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      maxDepth: 8,
    })
    fc.assert(
      fc.property(anything, (value) => {
        const text = JSON.stringify(boundData(value).data)
        expect(text.length).toBeLessThan(30_000)
        expect(() => JSON.parse(text)).not.toThrow()
      }),
    )
  })
})
