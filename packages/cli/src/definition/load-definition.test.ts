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

  it('names a variable that is empty where something is wanted', () => {
    const text =
      'checks: { a: { type: gc, timeoutMs: "${EMPTY}", critical: "${EMPTY}", impact: "${EMPTY}." } }'
    const hint = 'give it a value, or a default: ${EMPTY:-…}'
    expect(told(text)).toEqual([
      `1:37 | checks.a.timeoutMs | the environment variable EMPTY is empty | ${hint}`,
      `1:59 | checks.a.critical | the environment variable EMPTY is empty | ${hint}`,
    ])
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

  it.each([
    ['/run/secrets/none', 'it is looked for at /run/secrets/none'],
    ['./none/token', `it is looked for at ${join(folder, 'none', 'token')}`],
    ['none', `it is looked for in ${folder}`],
    // No path, and perhaps the secret itself.
    [`postgres://u:${PLANTED}@h/d`, undefined],
    [PLANTED, `it is looked for in ${folder}`],
    [`/${PLANTED}=`, undefined],
  ])('says where it looks for the file of a secret, and not what may be one: %s', (file, hint) => {
    const { problems } = parse(`checks: {}\nserve: { token: { file: "${file}" } }`)
    expect(problems).toMatchObject([{ text: 'the file of the secret is not there' }])
    expect(problems[0]?.hint).toBe(hint)
  })

  it.each([
    'postgres://u:pl%40nted@h/d',
    'mongodb://u:pl%40nted@a:1,b:2/d?x=y',
    'postgres://u:pl%40nted@/d?host=/run',
  ])('knows the password in a URL, as it stands there and as it is: %s', (url) => {
    const { secrets } = parse(`checks: { a: { type: ${url.split(':')[0]}, url: "${url}" } }`)
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
    expect(parse(text).problems).toHaveLength(2)
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

it('takes for secret what of a URL is, a name alone when it is as long as a token', () => {
  const secretsOf = (url: string) =>
    parseDefinition(`checks: { a: { type: http, url: "${url}" } }`, folder, { env }).secrets
  expect(secretsOf('https://0123456789abcdef@h/')).toContain('0123456789abcdef')
  expect(secretsOf('https://default@h/?key=a%20key')).toEqual(['https://default@h/?key=a%20key', 'a key'])
  expect(secretsOf('https://orders:pass%20word@h/')).toEqual(
    expect.arrayContaining(['pass%20word', 'pass word']),
  )
})

it('waits for no pipe and no device when it reads again', async () => {
  const told = async (pipes: boolean) => (await loadDefinition('/dev/null', { env, pipes })).problems[0]?.text
  expect(await told(true)).toBe('the file is empty')
  expect(await told(false)).toBe('no ordinary file any more, which alone can be read again')
  const again = await loadDefinition(folder, { env, pipes: false })
  expect(again.problems[0]?.text).toBe('this is a folder, not a file')
})
