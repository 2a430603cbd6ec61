import { inspect } from 'node:util'
import { TimeoutError } from 'redis'
import { expect, test } from 'vitest'
import { redisText, withoutCommand } from './redis-errors.ts'

test.for([
  ['WRONGPASS invalid username-password pair or user is disabled.', 'authentication failed'],
  ['Ready check failed: NOAUTH Authentication required.', 'authentication required'],
  ["NOPERM User hale has no permissions to run the 'ping' command", 'permission denied'],
  ['-DENIED Redis is running in protected mode', 'permission denied'],
  ['LOADING Redis is loading the dataset in memory', 'loading its data'],
  ['CLUSTERDOWN The cluster is down', 'cluster down'],
  ['BUSY Redis is busy running a script.', 'busy with a script'],
  ["OOM command not allowed when used memory > 'maxmemory'.", 'out of memory'],
  ['Reached the max retries per request limit (which is 20).', 'not connected'],
  [
    "Socket timeout timeout. Expecting data, but didn't receive any in 50ms.",
    'timed out waiting for an answer',
  ],
  ['All sentinels are unreachable. Retrying from scratch after 10ms.', 'no sentinel can be reached'],
  ['constructor ', undefined],
  ['SECRET hunter2', undefined],
  ['could not reach 10.0.0.1', undefined],
] as const)('says of %s: %s', ([message, text]) => {
  expect(redisText(new Error(message))).toBe(text)
})

test('of a cluster that could not be asked the last of its nodes may know why', () => {
  const failed = (lastNodeError: unknown) =>
    Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError })
  expect(redisText(failed(new Error('WRONGPASS invalid username-password pair')))).toBe(
    'authentication failed',
  )
  for (const other of [
    new Error('Connection is closed.'),
    new Error('hunter22'),
    null,
    undefined,
    'WRONGPASS x',
  ])
    expect(redisText(failed(other))).toBe('no node can be reached')
})

test('a command that node-redis has given up is told by its class, which is all that it has', () => {
  expect(redisText(new TimeoutError())).toBe('timed out waiting for an answer')
  expect(redisText(new TimeoutError('hunter22'))).toBeUndefined()
  expect(redisText(new Error(''))).toBeUndefined()
})

test('says nothing of what is no error', () => {
  for (const thrown of [undefined, null, 'NOAUTH x', { message: 'NOAUTH x' }])
    expect(redisText(thrown)).toBeUndefined()
})

test('what is logged of ioredis has no command, which would be that of the login', () => {
  const cause = new Error('why')
  const error = Object.assign(new Error('WRONGPASS invalid', { cause }), {
    name: 'ReplyError',
    code: 'WRONGPASS',
    command: { name: 'auth', args: ['hunter22'] },
  })
  const logged = withoutCommand(error) as Error
  expect(inspect(logged)).not.toContain('hunter22')
  expect(logged).toMatchObject({ name: 'ReplyError', message: 'WRONGPASS invalid', code: 'WRONGPASS', cause })
  expect(logged.stack).toBe(error.stack)
  for (const other of [cause, 'text', undefined]) expect(withoutCommand(other)).toBe(other)
  const ofCluster = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: error })
  const loggedOfCluster = withoutCommand(ofCluster) as Error
  expect(inspect(loggedOfCluster)).not.toContain('hunter22')
  expect(loggedOfCluster).toMatchObject({
    message: ofCluster.message,
    cause: { message: error.message, cause },
  })
})
