import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { applyEdits } from '../../fixing/apply-edits.ts'
import { Located } from './located.ts'

function rootOf(text: string): Located {
  const document = parseDocument(text, { merge: true })
  return new Located({ text, document }, document.contents)
}

function set(text: string, path: readonly string[], key: string, value: string): string | undefined {
  const edits = rootOf(text)
    .get(...path)
    ?.set(key, value)
  return edits && applyEdits(text, [edits])
}

describe('what is set in a map', () => {
  test.each([
    ['a value there is', 'a: {}\nb: 1 # x\n', 'a: {}\nb: 2 # x\n'],
    ['keeps its quotes', "b: '1'\n", "b: '2'\n"],
    ['goes behind the last line, past its comment', 'a: 1 # x\n# y\n', 'a: 1 # x\nb: 2\n# y\n'],
    ['goes behind what is further in', 'a:\n  c:\n    - 1\n', 'a:\n  c:\n    - 1\nb: 2\n'],
    ['goes behind a file without a last newline', 'a: 1', 'a: 1\nb: 2'],
    ['goes before a block of text, whose end is not that of a line', 'a: |\n  x\n', 'b: 2\na: |\n  x\n'],
    ['goes into braces', '{a: 1}\n', '{b: 2, a: 1}\n'],
    ['has quotes where its neighbours have', '{"a": 1}\n', '{"b": 2, "a": 1}\n'],
    ['keeps the ends of lines', 'a: 1\r\nc: 2\r\n', 'a: 1\r\nc: 2\r\nb: 2\r\n'],
  ])('%s', (_, before, after) => {
    expect(set(before, [], 'b', '2')).toBe(after)
  })

  test('stands as far in as its neighbours', () => {
    expect(set('x:\n  - y:\n      a: 1\n', [], 'b', '\n  c: 2')).toBe('x:\n  - y:\n      a: 1\nb:\n  c: 2\n')
    const text = 'x:\n  y: {}\n  z:\n      a: 1\n'
    expect(set(text, ['x', 'z'], 'b', '\n  c: 2')).toBe(`${text}      b:\n        c: 2\n`)
  })

  test('is left alone where it is shared, empty, or would be a block between braces', () => {
    expect(set('a: &a {c: 1}\nx: *a\n', ['x'], 'b', '2')).toBeUndefined()
    expect(set('a: &a\n  y: {c: 1}\nx:\n  <<: *a\n', ['x', 'y'], 'b', '2')).toBeUndefined()
    expect(set('x: {}\n', ['x'], 'b', '2')).toBeUndefined()
    expect(set('x: {a: 1}\n', ['x'], 'b', '\n  c: 2')).toBeUndefined()
    expect(set('b:\n', [], 'b', '2')).toBeUndefined()
  })
})

test('merged keys are found, behind those of the map itself', () => {
  const root = rootOf('d: &d {a: 1, b: 2}\ne: &e {a: 3, c: 4}\nx:\n  <<: [*d, *e]\n  b: 5\n')
  const x = root.get('x')
  expect(['a', 'b', 'c', 'z'].map((key) => x?.get(key)?.number)).toEqual([1, 5, 4, undefined])
  expect(x?.entries.map(([key]) => key)).toEqual(['b', 'a', 'c'])
})

test('a map that is merged into itself ends', () => {
  const a = rootOf('a: &a\n  <<: *a\n  b: 1\n').get('a')
  expect(a?.get('c')).toBeUndefined()
  expect(a?.entries.map(([key]) => key)).toEqual(['b'])
})
