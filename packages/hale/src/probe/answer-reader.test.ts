import { describe, expect, it } from 'vitest'
import { AnswerReader } from './answer-reader.ts'

function read(text: string, { most = 100, body = true, close = false, at = 0 } = {}) {
  const reader = new AnswerReader(most, body)
  const bytes = Buffer.from(text, 'latin1')
  if (at > 0) reader.push(bytes.subarray(0, at))
  reader.push(bytes.subarray(at))
  if (close) reader.close()
  const { head, done, cut } = reader
  return { status: head?.status, headers: head?.headers, text: reader.text(), done, cut }
}

const ok = 'HTTP/1.1 200 OK\r\n'
const whole: readonly [string, string, string, boolean][] = [
  ['a length', `${ok}Content-Length: 5\r\n\r\nhello`, 'hello', false],
  ['a length and what nobody asked for', `${ok}Content-Length: 5\r\n\r\nhelloHTTP/1.1 500 X`, 'hello', false],
  ['the same length twice', `${ok}Content-Length: 5\r\ncontent-length: 5\r\n\r\nhello`, 'hello', false],
  ['no body', `${ok}Content-Length: 0\r\n\r\n`, '', false],
  ['chunks', `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n`, 'hello', false],
  [
    'chunks and a length',
    `${ok}Content-Length: 9\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    'hello',
    false,
  ],
  [
    'chunks and trailers',
    `${ok}Transfer-Encoding: chunked\r\n\r\nA\r\nhellohello\r\n0\r\nX: y\r\n\r\n`,
    'hellohello',
    false,
  ],
  ['a body until the end', `${ok}\r\nhello`, 'hello', true],
  ['another coding until the end', `${ok}Transfer-Encoding: gzip\r\n\r\nhello`, 'hello', true],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nhello', 'hello', true],
  ['no reason', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi', 'hi', false],
  [
    'informational answers before',
    `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    'hi',
    false,
  ],
]

describe('an answer', () => {
  it.each(whole)('of %s is read, split at whatever byte', (_what, text, body, close) => {
    for (let at = 0; at < text.length; at++)
      expect(read(text, { close, at })).toMatchObject({ status: 200, text: body, done: true, cut: false })
  })

  it.each([
    ['to HEAD', `${ok}Content-Length: 5\r\n\r\n`, false],
    ['of 204', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', true],
    ['of 304', 'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n', true],
  ])('%s is done with its head', (_what, text, body) => {
    expect(read(text, { body })).toMatchObject({ text: '', done: true })
  })

  it('has its headers by name in lower case, those of one name together', () => {
    const { headers } = read(`${ok}X-One:  a \r\nx-one: b\r\nEmpty:\r\nContent-Length: 0\r\n\r\n`)
    expect(Object.fromEntries(headers ?? [])).toEqual({ 'x-one': 'a, b', empty: '', 'content-length': '0' })
  })

  it.each([
    ['a length', `${ok}Content-Length: 99\r\n\r\n${'x'.repeat(99)}`],
    ['chunks', `${ok}Transfer-Encoding: chunked\r\n\r\n3f\r\n${'x'.repeat(63)}\r\n0\r\n\r\n`],
    ['no end', `${ok}\r\n${'x'.repeat(11)}`],
  ])('with more body than wanted, of %s, is cut there', (_what, text) => {
    expect(read(text, { most: 10 })).toMatchObject({ text: 'xxxxxxxxxx', done: true, cut: true })
  })

  it('is not done before its end', () => {
    for (const text of [
      ok,
      `${ok}Content-Length: 5\r\n\r\nhell`,
      `${ok}\r\nhello`,
      `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
    ])
      expect(read(text).done).toBe(false)
  })

  it.each([
    ok,
    `${ok}Content-Length: 5\r\n\r\nhell`,
    `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
    '',
  ])('that ends early is none: %j', (text) => expect(() => read(text, { close: true })).toThrow(/closed/))
})

it.each([
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['a frame of HTTP/2', '\u0000\u0000\u0006\u0004\u0000'],
  ['an alert of TLS', '\u0015\u0003\u0001\u0000\u0002\u0002\u0046'],
  ['HTTP/2 in words', 'HTTP/2 200\r\n\r\n'],
  ['HTTP/1.2', 'HTTP/1.2 200 OK\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['a status of letters', 'HTTP/1.1 abc OK\r\n\r\n'],
  ['a header without a colon', `${ok}X\r\n\r\n`],
  ['a folded header', `${ok}X: a\r\n b\r\n\r\n`],
  ['a blank before the colon', `${ok}X : a\r\n\r\n`],
  ['a bare line feed', `${ok}X: a\nY: b\r\n\r\n`],
  ['a NUL', `${ok}X: a\u0000b\r\n\r\n`],
  ['a length below zero', `${ok}Content-Length: -1\r\n\r\n`],
  ['two lengths', `${ok}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
  ['a chunk of no number', `${ok}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`],
  ['a chunk that is too large', `${ok}Transfer-Encoding: chunked\r\n\r\n123456789\r\n`],
  ['a chunk line without end', `${ok}Transfer-Encoding: chunked\r\n\r\n${'1'.repeat(2000)}`],
  ['a head without end', `${ok}${'X: y\r\n'.repeat(8000)}`],
])('refuses %s', (_what, text) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ code: 'HPE_INVALID' }))
})
