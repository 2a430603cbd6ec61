// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references as hale.yaml has them
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { loadDefinition, parseDefinition } from './load-definition.ts'

const folder = mkdtempSync(join(tmpdir(), 'hale-wrong-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PLANTED = 'planted-Secret'
const env = { DB: `postgres://hale:${PLANTED}@db/orders`, WORD: PLANTED }

function told(text: string): readonly string[] {
  const { problems, definition } = parseDefinition(text, folder, { env })
  expect(definition === undefined).toBe(problems.length > 0)
  return problems.map(({ line, column, path, text, hint }) =>
    [`${line}:${column}`, path, text, ...(hint === undefined ? [] : [hint])].join(' | '),
  )
}

const check = (options: string): string => `checks:\n  a: { type: http, url: http://a, ${options} }\n`

describe('what is wrong with a file is told with its place', () => {
  it.each([
    [
      'a variable that is not set',
      check('impact: "${NOPE} and ${WORD}${NOPE2}"'),
      [
        '2:44 | checks.a.impact | the environment variable NOPE is not set | set it, or give a default: ${NOPE:-…}',
        '2:63 | checks.a.impact | the environment variable NOPE2 is not set | set it, or give a default: ${NOPE2:-…}',
      ],
    ],
    [
      'a reference that is none',
      check('impact: "${1x} ${"'),
      [
        '2:44 | checks.a.impact | not a reference | write ${NAME} or ${NAME:-default}, and $${ for a ${ that is meant',
        '2:50 | checks.a.impact | a ${ without its } | write ${NAME} or ${NAME:-default}, and $${ for a ${ that is meant',
      ],
    ],
    [
      'a variable of the wrong kind',
      check('timeoutMs: "${WORD}"'),
      ['2:46 | checks.a.timeoutMs | expected a number of milliseconds, got a text of 14 characters'],
    ],
    [
      "a secret's file that is not there",
      'checks:\n  a: { type: postgres, url: { file: nowhere } }',
      [`2:37 | checks.a.url | the file of the secret is not there | it is looked for in ${folder}`],
    ],
    [
      "secrets' files that are none, without a word of what they hold",
      `checks:
  a: { type: postgres, url: { file: /dev/zero } }
  b: { type: postgres, url: { file: . } }
  c: { type: postgres, url: { file: "a\\0b" } }
`,
      [
        '2:37 | checks.a.url | the file of the secret is no ordinary file',
        '3:37 | checks.b.url | the file of the secret is a folder',
        '4:37 | checks.c.url | the file of the secret could not be read',
      ],
    ],
    ['a tab', 'checks:\n\ta: 1', [expect.stringContaining('2:1 |  | a tab; YAML is indented by spaces')]],
    [
      'a reference without quotes within braces',
      'checks: { a: { type: http, url: ${DB} } }',
      expect.arrayContaining([expect.stringContaining('put "${NAME}" in quotes')]),
    ],
    ['a quote without its end', `checks: { a: "${PLANTED} }`, ['1:14 |  | a text in quotes has no end']],
    ['two documents', 'checks: {}\n---\nchecks: {}', [expect.stringContaining('2:1 |  | a second document')]],
    ['a tag', 'checks: !secret {}', [expect.stringContaining('1:9 |  | a tag that is not known here')]],
    [
      'a reference for a name',
      'checks: { "${DB}": { type: gc } }',
      [
        '1:11 | checks["${DB}"] | a reference for a name | write the name itself; references are replaced in values alone',
      ],
    ],
    [
      'a colon in a text without quotes',
      'checks:\n  a: { type: http, url: http://a, impact: x: y }\n  b:\n    impact: x: y\n',
      [
        expect.stringContaining(
          '2:43 |  | a second name with a colon, or an indented block within { } or [ ] | put a',
        ),
        expect.stringContaining(
          '4:13 |  | a second name with a colon on this line | put a text that holds a colon',
        ),
      ],
    ],
    [
      'a bracket that is not closed',
      'checks: [a\nserve: {}',
      [expect.stringContaining(' | a ] is missing, or')],
    ],
    [
      'YAML 1.1',
      '%YAML 1.1\n---\nchecks: {}',
      [expect.stringContaining('1:1 |  | a definition is read as YAML 1.2')],
    ],
    ['more mistakes than anybody reads', 'a: @\n'.repeat(50), expect.toSatisfy((all) => all.length === 10)],
    [
      'a merge of nothing',
      'checks: { a: { <<: *none, type: gc } }',
      ['1:20 | checks.a | an alias of nothing that was named before'],
    ],
    ['nesting', `checks: ${'['.repeat(5000)}`, [expect.stringContaining('deeper than any definition needs')]],
    ['an alias of nothing', 'checks: *none', [expect.stringContaining('an alias of nothing')]],
  ])('%s', (_, text, expected) => {
    const found = told(text)
    expect(found).toEqual(expected)
    expect(found.join()).not.toContain(PLANTED)
  })

  it('bounds what aliases make of a few lines', () => {
    const level = (name: string, of: string): string => `${name}: &${name} [${Array(10).fill(of).join(', ')}]`
    const lines = [
      'x-a: &x-a [1]',
      level('x-b', '*x-a'),
      level('x-c', '*x-b'),
      level('x-d', '*x-c'),
      level('x-e', '*x-d'),
    ]
    expect(told([...lines, level('x-f', '*x-e'), 'checks: {}'].join('\n'))).toEqual([
      expect.stringContaining('more values, or deeper ones, than any definition needs'),
    ])
    expect(told('x-a: &a [*a]\nchecks: {}')).toHaveLength(1)
    const merging = (name: string, of: string): string =>
      `${name}: &${name} { <<: [${Array(10).fill(of).join(', ')}] }`
    const names = [...'bcdefgh'].map((letter) => `x-${letter}`)
    const merges = names.map((name, index) => merging(name, index === 0 ? '*x-a' : `*${names[index - 1]}`))
    expect(told(['x-a: &x-a {}', ...merges, 'checks: {}'].join('\n'))).toHaveLength(1)
    // Each alias that is looked for in the whole file took minutes.
    expect(told(`x-a: &a 1\nx-b: [${Array(50_000).fill('*a').join()}]\nchecks: {}`)).toHaveLength(1)
  })

  it('of files that cannot be read', async () => {
    writeFileSync(join(folder, 'latin1.yaml'), Buffer.from('service: { name: caf\xe9 }', 'latin1'))
    const files = [join(folder, 'none.yaml'), folder, join(folder, 'latin1.yaml'), '/dev/zero']
    const texts = await Promise.all(files.map(async (file) => (await loadDefinition(file, { env })).problems))
    expect(texts.flat().map(({ text }) => text)).toEqual([
      'the file is not there',
      'this is a folder, not a file',
      'the file is not UTF-8',
      'the file holds more than 1048576 bytes',
    ])
  })
})

it('has a place within the file for whatever is wrong, and never throws', () => {
  const right = `x-a: &a { critical: false }
checks:
  a: { <<: *a, type: tcp, host: "\${DB}", port: 80, probes: [readiness] }
  b: { type: disk, path: '/', freeShare: { degradedAt: 0.1 } }
groups: { g: { members: [a, b] } }
serve: { token: { file: token }, offLoop: { port: 9403 } }
`
  const pieces = fc.constantFrom(
    ...[
      '',
      ' ',
      '\n',
      '\t',
      ': ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '&a ',
      '*a',
      '!x ',
      '|\n',
      '#',
      '%',
      '---\n',
    ],
    ...[
      '${',
      '}',
      '~',
      '__proto__: ',
      '? ',
      '<<: ',
      '0x',
      '.nan',
      '\u0000',
      '\ud800',
      '\r\n',
      'checks:',
      '@',
    ],
  )
  const place = fc.integer({ min: 0, max: right.length })
  const changes = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 6 }), pieces), {
    minLength: 1,
    maxLength: 3,
  })
  const property = fc.property(changes, (all) => {
    const text = all.reduce(
      (changed, [at, length, piece]) => `${changed.slice(0, at)}${piece}${changed.slice(at + length)}`,
      right,
    )
    const lines = text.split('\n').length
    for (const { line, column, text: what } of parseDefinition(text, folder, { env }).problems) {
      expect(what).not.toBe('')
      expect(Math.min(line, column)).toBeGreaterThan(0)
      expect(line).toBeLessThanOrEqual(lines)
    }
  })
  fc.assert(property, { numRuns: 200 })
})
