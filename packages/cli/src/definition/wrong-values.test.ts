import { expect, it } from 'vitest'
import { parseDefinition } from './load-definition.ts'

function told(text: string): readonly string[] {
  const { problems, definition } = parseDefinition(text, '/', { env: {} })
  expect(definition === undefined).toBe(problems.length > 0)
  return problems.map(({ line, column, path, text, hint }) =>
    [`${line}:${column}`, path, text, ...(hint === undefined ? [] : [hint])].join(' | '),
  )
}

const check = (options: string): string => `checks:\n  a: { type: http, url: http://a, ${options} }\n`

it.each([
  ['an empty file', '', ['1:1 |  | the file is empty | name its checks: checks: { … }']],
  ['no checks', 'service: { name: a }', ['1:1 | checks | missing | the checks, by name']],
  [
    'a list for the file',
    '- a',
    [
      '1:1 |  | expected a map of names and values, got a list | known are service, checks, groups, budgetMs, serve, deploy',
    ],
  ],
  ['an unknown section', 'chekcs: {}\nchecks: {}', ['1:1 | chekcs | unknown | did you mean checks?']],
  [
    'an unknown option',
    check('timeoutMS: 5'),
    ['2:35 | checks.a.timeoutMS | unknown | did you mean timeoutMs?'],
  ],
  [
    'an unknown type, with the nearest',
    'checks:\n  a:\n    type: postgress\n    url: x',
    ['3:11 | checks.a.type | unknown | did you mean postgres?'],
  ],
  ['no type', 'checks:\n  a: { url: x }', ['2:3 | checks.a.type | missing | what kind of check it is']],
  ['nothing to ask', 'checks:\n  a: { type: tcp, host: db }', ['2:3 | checks.a.port | missing | the port']],
  [
    'a text for a number',
    check('timeoutMs: 500ms'),
    ['2:46 | checks.a.timeoutMs | expected a number of milliseconds, got a text of 5 characters | write 500'],
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
    ['2:45 | checks.a.critical | expected true or false, got a text of 2 characters | write false'],
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
    [
      '2:40 | checks.a.freeShare | expected a map of names and values, got a number | known are degradedAt, downAt',
    ],
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
    ['1:39 | checks.a.url.fiel | unknown | did you mean file?'],
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
    'what other tools take, and what people call it',
    'checks:\n  a: { type: mariadb, url: x }\n  b: { typ: gc }\n  c: { type: constructor }\nbudgetMs: 1.5s\n',
    [
      '2:14 | checks.a.type | unknown | did you mean mysql?',
      '3:3 | checks.b.type | missing | is typ meant for it?',
      expect.stringMatching(/^4:14 \| checks.c.type \| unknown \| known are http, /),
      '5:11 | budgetMs | expected a number of milliseconds, got a text of 4 characters | write 1500',
    ],
  ],
  [
    'a duration as Go writes it',
    'checks: { a: { type: gc, timeoutMs: 1m30s, intervalMs: 1m30 } }',
    [
      '1:37 | checks.a.timeoutMs | expected a number of milliseconds, got a text of 5 characters | write 90000',
      '1:56 | checks.a.intervalMs | expected a number of milliseconds, got a text of 4 characters',
    ],
  ],
  [
    'numbers and truths in quotes',
    'checks: { a: { type: tcp, host: h, port: "80", critical: "true" } }',
    [
      '1:42 | checks.a.port | expected a whole number, got a text of 2 characters | remove the quotes',
      '1:58 | checks.a.critical | expected true or false, got a text of 4 characters | remove the quotes',
    ],
  ],
  [
    'names misspelt, each told once',
    'check: {}\nserv: {}\nserve: { tls: { crt: a, key: b }, formats: [jsno] }',
    [
      '1:1 | check | unknown | did you mean checks?',
      '2:1 | serv | unknown | did you mean serve?',
      '3:17 | serve.tls.crt | unknown | did you mean cert?',
      expect.stringMatching(/^3:45 \| serve.formats\[0\] \| .* \| did you mean json\?$/),
    ],
  ],
  [
    'a list for names, and a name without its colon',
    'checks:\n  - type: gc\ngroups:\n  g:\n    members:a\n',
    [
      '2:3 | checks | expected a map of names and values, got a list | write a name in place of each dash',
      '5:5 | groups.g | expected a map of names and values, got a text of 9 characters | write name: value, with a space after the colon',
    ],
  ],
  [
    'of alternatives the one that has most of it',
    'checks: {}\nserve: { token: { value: x } }',
    ['2:10 | serve.token.visibility | missing'],
  ],
  [
    'no end',
    'checks: {}\nbudgetMs: .inf',
    ['2:11 | budgetMs | expected a number of milliseconds, got a number without end'],
  ],
])('%s is told with its place', (_, text, expected) => {
  expect(told(text)).toEqual(expected)
})
