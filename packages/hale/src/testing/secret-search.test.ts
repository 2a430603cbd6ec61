import { expect, it } from 'vitest'
import { secretsIn } from './secret-search.ts'

it.each([
  ['as it is', 'refused for hunter2@'],
  ['URL-encoded', '{"url":"//a:hunter2%40@b"}'],
  ['in base64, behind something', Buffer.from('user:hunter2@').toString('base64')],
])('finds a secret %s', (_how, text) => {
  expect(secretsIn(text, ['other', 'hunter2@'])).toEqual([1])
})

it.each(['connect 127.0.0.1:41234', '{"port":41234,"a":1}', '41234', 'port 41234.'])(
  'finds a port in %s',
  (text) => {
    expect(secretsIn(text, ['41234'])).toEqual([0])
  },
)

it.each(['{"at":1795412341234}', '{"at":1741234000000}', '{"durationMs":1.41234}'])(
  'takes no digits of another number for a port: %s',
  (text) => {
    expect(secretsIn(text, ['41234'])).toEqual([])
  },
)
