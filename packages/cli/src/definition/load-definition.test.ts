// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references as hale.yaml has them
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadDefinition, parseDefinition } from './load-definition.ts'

const folder = mkdtempSync(join(tmpdir(), 'hale-definition-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PLANTED = 'planted-Secret'
const env = {
  DB: `postgres://hale:${PLANTED}@db/orders`,
  PORT: '9400',
  YES: 'true',
  EMPTY: '',
  WORD: PLANTED,
}

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
    ['an empty file', '', ['1:1 |  | the file is empty | name its checks: checks: { … }']],
    ['no checks', 'service: { name: a }', ['1:1 | checks | missing | The checks, by name.']],
    ['a list for the file', '- a', ['1:1 |  | expected a map of names and values, got a list']],
    ['an unknown section', 'chekcs: {}\nchecks: {}', ['1:1 | chekcs | unknown | did you mean checks?']],
    [
      'an unknown option',
      check('timeoutMS: 5'),
      ['2:35 | checks.a.timeoutMS | unknown | did you mean timeoutMs?'],
    ],
    [
      'an unknown type, with the nearest',
      'checks:\n  a:\n    type: postgress\n    url: x',
      [
        expect.stringMatching(
          /^3:11 \| checks.a.type \| expected one of http, .*, got a text of 9 characters \| did you mean postgres\?$/,
        ),
      ],
    ],
    ['no type', 'checks:\n  a: { url: x }', ['2:3 | checks.a.type | missing | What kind of check it is.']],
    [
      'nothing to ask',
      'checks:\n  a: { type: tcp, host: db }',
      ['2:3 | checks.a.port | missing | The port.'],
    ],
    [
      'a text for a number',
      check('timeoutMs: 500ms'),
      ['2:46 | checks.a.timeoutMs | expected a number of milliseconds, got a text of 5 characters'],
    ],
    [
      'too small a number',
      check('timeoutMs: 0'),
      ['2:46 | checks.a.timeoutMs | expected a number of milliseconds of at least 1, got 0'],
    ],
    [
      'a number for a text',
      'service: { name: a, version: 1.10 }\nchecks: {}',
      ['1:30 | service.version | expected a text, got a number | put it in quotes'],
    ],
    [
      'a text for a truth',
      check('critical: no'),
      ['2:45 | checks.a.critical | expected true or false, got a text of 2 characters'],
    ],
    [
      'no value',
      'checks:\n  a:\n',
      [
        '2:5 | checks.a | expected a map of names and values, got nothing | give it a value, or remove the line',
      ],
    ],
    [
      'a check that is a list',
      'checks:\n  a: [1]\n',
      ['2:6 | checks.a | expected a map of names and values, got a list'],
    ],
    [
      'thresholds that are no pair',
      'checks:\n  a: { type: disk, path: /, freeShare: 0.1 }',
      ['2:40 | checks.a.freeShare | expected a map of names and values, got a number'],
    ],
    [
      'thresholds of another range, and another name',
      'checks:\n  a: { type: disk, path: /, freeShare: { degradedAt: 10, downat: 0 } }',
      [
        '2:54 | checks.a.freeShare.degradedAt | expected a number of at most 1, got 10',
        '2:58 | checks.a.freeShare.downat | unknown | did you mean downAt?',
      ],
    ],
    [
      'one of a list of alternatives',
      check('expectedStatus: ok'),
      [
        '2:51 | checks.a.expectedStatus | expected an HTTP status, or a list of them, got a text of 2 characters',
      ],
    ],
    [
      'the alternative that was meant',
      check('expectedStatus: [200, 999]'),
      ['2:57 | checks.a.expectedStatus[1] | expected a number of at most 599, got 999'],
    ],
    [
      'a secret that is a number',
      'checks: {}\nserve: { token: 4711471147114711 }',
      ['2:17 | serve.token | expected a secret, or { value, visibility }, got a number'],
    ],
    [
      'a secret from somewhere else',
      'checks: { a: { type: postgres, url: { fiel: x } } }',
      expect.arrayContaining([expect.stringContaining('checks.a.url.fiel | unknown | did you mean file?')]),
    ],
    [
      'a key twice',
      'checks:\n  a: { type: memory }\n  a: { type: gc }\n',
      ['3:3 | checks.a | given twice; the first is on line 2 | keep one of them'],
    ],
    [
      'several at once, in their order',
      'checks:\n  a: { type: tcp, host: 1, port: 0 }\n  b: { type: gc, x: 1 }\n',
      [
        '2:25 | checks.a.host | expected a text, got a number | put it in quotes',
        '2:34 | checks.a.port | expected a number of at least 1, got 0',
        expect.stringMatching(/^3:18 \| checks.b.x \| unknown \| known are type, share/),
      ],
    ],
    [
      'a name that needs quoting',
      'checks:\n  my-db: { type: gc, x: 1 }\n',
      [expect.stringMatching(/^2:22 \| checks\["my-db"\].x \| unknown/)],
    ],
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
      ['2:37 | checks.a.url | the file of the secret is not there'],
    ],
    ['a tab', 'checks:\n\ta: 1', [expect.stringContaining('2:1 |  | a tab; YAML is indented by spaces')]],
    [
      'a reference without quotes within braces',
      'checks: { a: { type: http, url: ${DB} } }',
      expect.arrayContaining([expect.stringContaining('put "${NAME}" in quotes')]),
    ],
    [
      'a quote without its end',
      `checks: { a: "${PLANTED} }`,
      expect.arrayContaining([expect.stringContaining('something is missing here')]),
    ],
    ['two documents', 'checks: {}\n---\nchecks: {}', [expect.stringContaining('2:1 |  | a second document')]],
    ['a tag', 'checks: !secret {}', [expect.stringContaining('1:9 |  | a tag that is not known here')]],
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
  })

  it('of files that cannot be read', async () => {
    const texts = await Promise.all(
      [join(folder, 'none.yaml'), folder].map(async (file) => (await loadDefinition(file, { env })).problems),
    )
    expect(texts.flat().map(({ text }) => text)).toEqual([
      'the file is not there',
      'this is a folder, not a file',
    ])
  })
})

describe('a file that is right', () => {
  const parse = (text: string, unresolved?: 'leave') =>
    parseDefinition(text, folder, { env, ...(unresolved && { unresolved }) })

  it('takes from the environment what the schema wants there', () => {
    const { definition, problems } = parse(
      [
        'checks:',
        '  a: { type: postgres, url: "${DB}", critical: "${YES}", impact: "$${DB} ${NOPE:-none} ${EMPTY:-x}${EMPTY}" }',
        'serve: { port: "${PORT}", token: "${PORT}${PORT}${PORT}${PORT}" }',
      ].join('\n'),
    )
    expect(problems).toEqual([])
    expect(definition?.checks.a).toEqual({
      type: 'postgres',
      url: env.DB,
      critical: true,
      impact: '${DB} none x',
    })
    expect(definition?.serve).toEqual({ port: 9400, token: '9400940094009400' })
  })

  it('reads secrets from files beside it, without the line end', () => {
    writeFileSync(join(folder, 'token'), `${PLANTED}\n`)
    writeFileSync(join(folder, 'empty'), '\n')
    const { definition, secrets } = parse(
      'checks: { a: { type: http, url: http://a, headers: { authorization: { file: token } } } }\nserve: { admin: { token: { ann: { file: token } } } }',
    )
    expect(definition?.checks.a?.headers).toEqual({ authorization: PLANTED })
    expect(definition?.serve.admin).toEqual({ token: { ann: PLANTED } })
    expect(secrets).toContain(PLANTED)
    expect(told('checks: {}\nserve: { token: { file: empty } }')).toEqual([
      '2:25 | serve.token | the file of the secret is empty',
    ])
  })

  it('knows the passwords in URLs, as they stand there and as they are', () => {
    const { secrets } = parse('checks: { a: { type: postgres, url: "postgres://u:pl%40nted@h/d" } }')
    expect(secrets).toEqual(expect.arrayContaining(['pl%40nted', 'pl@nted']))
  })

  it('merges anchors, and leaves x- alone', () => {
    const { definition, problems } = parse(
      'x-all: &all { timeoutMs: 200, critical: false }\nchecks:\n  a: { <<: *all, type: gc, critical: true }\n',
    )
    expect(problems).toEqual([])
    expect(definition?.checks.a).toEqual({ type: 'gc', critical: true, timeoutMs: 200 })
    expect(Object.keys(definition ?? {})).not.toContain('x-all')
  })

  it('can be read without its environment', () => {
    const text = 'service: { name: "${NAME}" }\nchecks: { a: { type: postgres, url: { file: /run/none } } }'
    expect(parse(text).problems).toHaveLength(1)
    const { definition } = parse(text, 'leave')
    expect(definition?.service.name).toBe('${NAME}')
    expect(definition?.checks.a?.url).toBe('')
    // What must be a number cannot be left.
    const port = 'checks: {}\nserve: { port: "${HEALTH_PORT}" }'
    expect(parse(port, 'leave').problems).toEqual([
      expect.objectContaining({
        line: 2,
        column: 16,
        text: 'the environment variable HEALTH_PORT is not set',
      }),
    ])
  })

  it('takes names like __proto__ for names', () => {
    expect(told('checks:\n  __proto__: { type: gc, constructor: 1 }')).toEqual([
      expect.stringContaining('checks.__proto__.constructor | unknown'),
    ])
  })
})
