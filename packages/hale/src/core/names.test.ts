import { expect, test } from 'vitest'
import { Problems } from '../errors/problems.ts'
import { reservedNames, validateName } from './names.ts'

function problemsOf(name: string, taken = new Map<string, string>()): readonly string[] {
  const problems = new Problems()
  validateName('checks', name, taken, problems)
  return problems.found
}

test.each(['a', 'database', 'constructor', 'toString', 'hasOwnProperty', 'a.b-c_d9', 'x'.repeat(64)])(
  'accepts %s',
  (name) => {
    expect(problemsOf(name)).toEqual([])
  },
)

test.each([
  '',
  ' ',
  '9lives',
  '-a',
  '_a',
  '.',
  '..',
  'a/b',
  'a b',
  'a\n',
  'a\u0000',
  '__proto__',
  'é',
  'x'.repeat(65),
])('rejects %j', (name) => {
  expect(problemsOf(name)).toHaveLength(1)
})

test.each([...reservedNames])('rejects the reserved name %s', (name) => {
  expect(problemsOf(name)[0]).toMatch(/reserved; choose another, such as "/)
})

test('says who has a name that is taken, and how to mend one', () => {
  expect(problemsOf('db', new Map([['db', 'a group']]))).toEqual([
    'checks: the name is taken by a group; choose another',
  ])
  expect(problemsOf('my db/1')[0]).toMatch(/such as "my-db-1"$/)
})
