import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readBicepVariables } from '../schemas/read-bicep.ts'
import { readHcl } from '../schemas/read-hcl.ts'
import { toBicep } from './bicep.ts'
import { commentLines, wrapped } from './comment.ts'
import { Block, toHcl } from './hcl.ts'
import { because, Call, Expression, plain, type Tree } from './reasoned.ts'
import { unit } from './unit.ts'
import { toYaml } from './yaml.ts'

const scalar = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom('on', '1.20', '$' + '{a}', '%{b}', "it's", 'null', ''),
)
const key = fc.stringMatching(/^[a-z]\w{0,8}$/).filter((name) => name !== '__proto__')
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
    fc.tuple(tie('tree'), fc.lorem()).map(([value, reason]) => because(value as Tree, reason)),
  ),
}))
const mapping = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 5, noNullPrototype: true })

describe('what is written is read again as it was, whatever reasons stand between', () => {
  test('YAML, of either version', () => {
    fc.assert(
      fc.property(mapping, (value) => {
        const text = toYaml(value, 'why')
        expect(parse(text)).toEqual(plain(value))
        expect(parse(text, { version: '1.1' })).toEqual(plain(value))
      }),
    )
  })

  test('HCL', () => {
    fc.assert(
      fc.property(mapping, (value) => {
        const text = toHcl([{ resource: new Block(['a', 'b'], { it: value }, 'why') }], 'head')
        expect(readHcl(text)).toEqual([{ type: 'resource', labels: ['a', 'b'], body: { it: plain(value) } }])
      }),
    )
  })

  test('Bicep', () => {
    const filled = fc.dictionary(key, fc.oneof(scalar, fc.array(scalar, { minLength: 1 })), {
      minKeys: 1,
      noNullPrototype: true,
    })
    fc.assert(
      fc.property(filled, (value) => {
        expect(readBicepVariables(`var it = ${toBicep(value)}\n`)).toEqual({ it: value })
      }),
    )
  })
})

test('HCL sets equal signs below each other as far as lines follow each other, and nests blocks', () => {
  const text = toHcl([
    {
      resource: new Block(['t', 'n'], {
        a: 1,
        long: new Expression('var.x'),
        why: because('b', 'since'),
        left: undefined,
        json: new Call('jsonencode', [{ 'a-b': 1, 'c d': 2 }]),
        block: [new Block([], { x: 1 }), new Block([], {})],
      }),
    },
  ])
  expect(text).toBe(`resource "t" "n" {
  a    = 1
  long = var.x
  # since
  why = "b"
  json = jsonencode([
    {
      a-b   = 1
      "c d" = 2
    },
  ])

  block {
    x = 1
  }

  block {}
}
`)
})

test('expressions have no place in YAML and JSON', () => {
  expect(() => plain({ a: new Expression('var.x') })).toThrow(TypeError)
})

test('a reason stands above what it is about, wrapped and indented with it', () => {
  const text = toYaml({
    a: { list: [because('x', 'word '.repeat(40).trim())], b: because(1, 'first\nsecond') },
  })
  const lines = text.split('\n')
  expect(lines.filter((line) => line.startsWith('    # word')).length).toBeGreaterThan(1)
  expect(text).toContain('  # first\n  # second\n  b: 1\n')
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100)
})

test('words are wrapped, never cut', () => {
  expect(wrapped('aa bb cccccccc d', 5)).toEqual(['aa bb', 'cccccccc', 'd'])
  expect(commentLines('a\n\nb', { indent: 2, prefix: '//' })).toEqual(['  // a', '  //', '  // b'])
})

test('a unit has its sections apart, and reasons above keys', () => {
  const text = unit([
    { name: 'Unit', lines: [['A', '1', 'why']] },
    { name: 'Service', lines: [['B', '2']] },
  ])
  expect(text).toBe('[Unit]\n# why\nA=1\n\n[Service]\nB=2\n')
})
