import { expect, test } from 'vitest'
import type { Located } from '../yaml/located.ts'
import { readBraces } from './braces-reader.ts'

function only(text: string): Located {
  const { statements, unreadable } = readBraces(text)
  expect(unreadable).toEqual([])
  expect(statements).toHaveLength(1)
  return statements[0]?.body as Located
}

/** As JSON would have it; what nobody can read is `?`. */
function plain(node: Located): unknown {
  if (node.isMap) return Object.fromEntries(node.entries.map(([key, value]) => [key, plain(value)]))
  if (node.isList) return node.items.map(plain)
  return node.value === undefined ? '?' : node.value
}

test('reads literals, lists, objects and blocks, with whatever separates them', () => {
  const text = `resource "a" "b" { # what
  number = 5 // of them
  minus  = -1.5
  yes    = true
  none   = null
  text   = "a \\"quote\\", $\${not} and \\u00e9"
  list   = [1, "two", { three = 3, "four" : 4 },
    [5] ]
  /* block = 1 */
  block { a = 1 }
  block "labelled" {
    a = 2
  }
}`
  expect(readBraces(text).statements[0]?.words).toEqual(['resource', 'a', 'b'])
  expect(plain(only(text))).toEqual({
    number: 5,
    minus: -1.5,
    yes: true,
    none: null,
    text: `a "quote", $${'{not}'} and é`,
    list: [1, 'two', { three: 3, four: 4 }, [5]],
    block: { a: 2 },
  })
})

test('takes an expression for a value that nobody can read, and reads on behind it', () => {
  const text = `x "y" {
  a = var.a
  b = max(1, var.b) + 2
  c = var.stage == "prod" ? "200" : "200-399"
  d = [for one in var.many : "\${one}-x" if one != "}"]
  e = { for k, v in var.many : k => v }
  f = <<-EOT
    } { " not read
    EOT
  g = func({
    inner = 1
  })
  h = "1" == 1
  last = 9
}`
  const body = plain(only(text)) as Record<string, unknown>
  expect(body).toMatchObject({ a: '?', b: '?', c: '?', f: '?', g: '?', h: '?', last: 9 })
  expect(Object.keys(body)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'last'])
})

test('reads what is encoded as what it is, and the strings of Bicep', () => {
  expect(plain(only('a = jsonencode([{ "b" : 1 }])'))).toEqual([{ b: 1 }])
  const { statements } = readBraces(
    "@description('What')\nparam place string = 'here'\nvar probe = {\n  path: '/it\\'s'\n  list: [\n    '1'\n    '2'\n  ]\n}\n",
  )
  expect(statements.map(({ words, body }) => [words, plain(body)])).toEqual([
    [['param', 'place', 'string'], 'here'],
    [['var', 'probe'], { path: "/it's", list: ['1', '2'] }],
  ])
})

test('knows where everything stands, and writes as the language does', () => {
  const text = 'x "y" {\n    path = "/a"\n    flow = { b = 1 }\n}\n'
  const body = only(text)
  const path = body.get('path')
  expect(text.slice(...(path?.place ?? [0, 0]))).toBe('path = "/a"')
  expect(path?.replace('/b')).toEqual([{ at: path?.valuePlace, text: '"/b"' }])
  expect(body.set('timeout', '5')).toEqual([{ at: [12, 12], text: 'timeout = 5\n    ' }])
  expect(body.get('flow')?.set('text', '/c')).toMatchObject([{ text: 'text = "/c", ' }])
})

test('says what is never closed, and reads what is there', () => {
  const { statements, unreadable } = readBraces('a {\n  b = [1, 2\n  c = 3\n')
  expect(unreadable.map(({ what }) => what)).toEqual(['a [ that is never closed', 'a { that is never closed'])
  expect(statements).toHaveLength(1)
})
