import { expect, test } from 'vitest'
import { createHealth } from '../../core/create-health.ts'
import { up } from '../../core/outcome.ts'
import { Problems } from '../../errors/problems.ts'
import { singleCheck } from '../../testing/single-check.ts'
import { hasFreeConnection } from '../pools/free-connection.ts'
import { type ClientOf, clientCheck } from './client-check.ts'
import { hasMethod } from './structure.ts'

interface Client {
  ask(): void
}

const client: Client = { ask() {} }

function checkOf(
  client: ClientOf<Client>,
  isFree: () => boolean = () => true,
): ReturnType<typeof singleCheck> {
  const definition = clientCheck<Client>({
    client,
    expected: 'a client',
    isClient: (value): value is Client => hasMethod(value, 'ask'),
    problems: new Problems(),
    options: { timeoutMs: 30 },
    ownOptions: [],
    async ask(current, context) {
      await hasFreeConnection(isFree, context)
      current.ask()
      return up()
    },
  })
  return singleCheck(definition)
}

test('a client that comes after the check’s time is not asked: nobody could call that back', async () => {
  let asked = 0
  let come = (_client: Client): void => {}
  const client = { ask: () => asked++ }
  const { run, runs } = checkOf(
    () =>
      new Promise<Client>((resolve) => {
        come = resolve
      }),
  )
  expect((await run()).error).toBe('timed out after 30 ms')
  come(client)
  await expect.poll(() => runs.unsettled).toBe(0)
  expect(asked).toBe(0)
  const again = run()
  come(client)
  expect((await again).status).toBe('UP')
  expect(asked).toBe(1)
})

test('nor is one whose connection comes free after it', async () => {
  let asked = 0
  let client: Client | undefined
  const late = () =>
    new Promise<Client>((resolve) => {
      setTimeout(() => resolve({ ask: () => asked++ }), 25)
    })
  const { run, runs } = checkOf(
    () => client ?? late(),
    // Half of the time from when it has a client is past the end of it.
    () => runs.started > 1,
  )
  expect((await run()).error).toBe('timed out after 30 ms')
  await expect.poll(() => runs.unsettled).toBe(0)
  expect(asked).toBe(0)
  client = await late()
  expect((await run()).status).toBe('UP')
})

test.each([
  ['a class', class Client_ {}],
  [
    'a class that was compiled to a function',
    Object.assign(function Compiled() {}, { prototype: { ask() {} } }),
  ],
  [
    'a class whose methods are those of another',
    Object.assign(function Compiled() {}, { prototype: Object.create({ ask() {} }) }),
  ],
  [
    'a class whose getters want an instance',
    Object.assign(function Private() {}, {
      prototype: {
        get ask(): never {
          throw new TypeError('no instance')
        },
      },
    }),
  ],
])('refuses %s in the place of a client', (_kind, given) => {
  const definition = clientCheck<Client>({
    client: given,
    expected: 'a client',
    isClient: (value): value is Client => hasMethod(value, 'ask'),
    problems: new Problems(),
    options: {},
    ownOptions: [],
    ask: () => up(),
  })
  expect(definition.problems).toEqual([
    'client: expected a client, or a function for one, got a class; make one with new',
  ])
})

test.each([
  ['an arrow function', () => client],
  [
    'a function',
    function current() {
      return client
    },
  ],
  ['an asynchronous function', async () => client],
  [
    'a method',
    {
      current() {
        return client
      },
    }.current,
  ],
  [
    'a bound function',
    function current(this: Client) {
      return this
    }.bind(client),
  ],
])('takes %s for a client', async (_kind, given) => {
  expect((await checkOf(given).run()).status).toBe('UP')
})

test('an error that has a text is logged all the same, as far as a log may hold it', async () => {
  const logged: unknown[] = []
  const logger = { info() {}, warn() {}, error: (_message: string, details?: object) => logged.push(details) }
  const definition = clientCheck<Client>({
    client: { ask() {} },
    expected: 'a client',
    isClient: (value): value is Client => hasMethod(value, 'ask'),
    problems: new Problems(),
    options: {},
    ownOptions: [],
    textOf: () => 'authentication failed',
    toLog: (thrown) => new Error('bare', { cause: (thrown as Error).name }),
    ask() {
      throw new Error('password hunter22')
    },
  })
  const health = createHealth({ checks: { database: definition }, logger })
  const report = await health.check('database').run()
  expect(report).toMatchObject({ status: 'DOWN', error: 'authentication failed' })
  expect(logged).toContainEqual(expect.objectContaining({ err: new Error('bare', { cause: 'Error' }) }))
})
