import { describe, expect, test } from 'vitest'
import { applyEdits } from '../../fixing/apply-edits.ts'
import { readToml } from './toml-reader.ts'

function set(text: string, path: readonly string[], value: string): string | undefined {
  const edits = readToml(text)
    .root?.get(...path)
    ?.set('b', value)
  return edits && applyEdits(text, [edits])
}

describe('TOML', () => {
  test('tables, dotted keys, quoted ones and inline tables are one tree', () => {
    const text = `\uFEFFa.b = 1\r\n[c."d.e"]\r\nf = { g.h = 'x', i = [1, { j = """y""" }] }\r\n[c.k.l]\r\nm = 2026-11-23\r\n`
    const { root, unreadable } = readToml(text)
    expect(unreadable).toEqual([])
    expect(root?.get('a', 'b')?.number).toBe(1)
    expect(root?.get('c', 'd.e', 'f', 'g', 'h')?.text).toBe('x')
    expect(root?.get('c', 'd.e', 'f', 'i')?.items[1]?.get('j')?.text).toBe('y')
    expect(root?.get('c', 'k', 'l')?.isMap).toBe(true)
    expect(root?.get('c', 'd.e', 'f', 'g', 'h')?.raw).toBe("'x'")
  })

  test('each of an array of tables is one, with what is nested in it', () => {
    const { root } = readToml('[[a]]\nb = 1\n[[a.c]]\nd = 1\n[[a.c]]\nd = 2\n[[a]]\n[a.c]\nd = 3\n')
    const of = (index: number) => root?.get('a')?.items[index]?.get('c')
    expect(of(0)?.items.map((one) => one.get('d')?.number)).toEqual([1, 2])
    expect(of(1)?.get('d')?.number).toBe(3)
  })

  test.each([
    ['a value there is keeps its quotes', "[a]\nb = 'x' # y\n", ['a'], '2s', "[a]\nb = '2s' # y\n"],
    ['a number becomes a text where it has to', '[a]\nb = 5\n', ['a'], '2s', '[a]\nb = "2s"\n'],
    ['a new key goes before the first', '[a] # x\n  c = 1\n', ['a'], '2', '[a] # x\n  b = 2\n  c = 1\n'],
    ['the ends of lines stay', '[a]\r\nc = 1\r\n', ['a'], '2s', '[a]\r\nb = "2s"\r\nc = 1\r\n'],
    ['an inline table has it inside', 'a = { c = 1 }\n', ['a'], '2', 'a = { b = 2, c = 1 }\n'],
    ['a dotted key has no place for it', 'a.c = 1\n', ['a'], '2', undefined],
    ['nor has a header', '[a]\n[a.c]\nd = 1\n', ['a'], '2', undefined],
  ])('%s', (_, before, path, value, after) => {
    expect(set(before, path, value)).toBe(after)
  })

  test.each([
    ['a = \nb = 1\n', 'this is no TOML'],
    ['a = 1\na = 2\n', 'this is no TOML'],
    ['[a', 'this is no TOML'],
    [`a = ${'['.repeat(20_000)}`, 'this is'],
  ])('what is none is told, with its place', (text, what) => {
    const { root, unreadable } = readToml(text)
    expect(root).toBeUndefined()
    expect(unreadable[0]?.what).toContain(what)
    expect(unreadable[0]?.place[1]).toBeLessThanOrEqual(text.length)
  })
})
