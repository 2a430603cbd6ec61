import { describe, expect, it } from 'vitest'
import { simpleRequest } from './simple-request.ts'

const read = (...lines: readonly string[]) =>
  simpleRequest(Buffer.from([...lines, '', ''].join('\r\n'), 'latin1'))

describe('a plain request', () => {
  it('is taken apart as Node would', () => {
    expect(
      read('GET /health/ready?format=html HTTP/1.1', 'Host: a', 'X-Odd:\t b  c \t', 'Connection: Close'),
    ).toEqual({
      method: 'GET',
      url: '/health/ready?format=html',
      headers: { host: 'a', 'x-odd': 'b  c', connection: 'Close' },
      rawHeaders: ['Host', 'a', 'X-Odd', 'b  c', 'Connection', 'Close'],
      last: true,
    })
  })

  it('knows no header that nobody sent', () => {
    expect(read('GET / HTTP/1.1', 'Host: a')?.headers.constructor).toBeUndefined()
    expect(read('GET / HTTP/1.1', 'Host: a', '__proto__: b')?.headers).toHaveProperty('host', 'a')
  })
})

describe('not plain is', () => {
  it.each([
    ['a header sent twice', ['GET / HTTP/1.1', 'Host: a', 'Accept: b', 'accept: c']],
    ['no Host', ['GET / HTTP/1.1', 'Accept: b']],
    ['a length', ['GET / HTTP/1.1', 'Host: a', 'content-length: 0']],
    ['an encoding', ['GET / HTTP/1.1', 'Host: a', 'TRANSFER-ENCODING: identity']],
    ['an upgrade', ['GET / HTTP/1.1', 'Host: a', 'Upgrade: h2c']],
    [
      'a wish for the connection that is no plain one',
      ['GET / HTTP/1.1', 'Host: a', 'Connection: close, te'],
    ],
    [
      '33 headers',
      ['GET / HTTP/1.1', 'Host: a', ...Array.from({ length: 32 }, (_, index) => `X${index}: b`)],
    ],
    ['2 KiB', ['GET / HTTP/1.1', 'Host: a', `X: ${'b'.repeat(2048)}`]],
    ['a second request', ['GET / HTTP/1.1', 'Host: a', '', 'GET / HTTP/1.1', 'Host: a']],
    ['an escape', ['GET /%2e HTTP/1.1', 'Host: a']],
    ['a method that writes', ['POST / HTTP/1.1', 'Host: a']],
    ['half a request', ['GET / HTTP/1.1']],
  ])('%s', (_what, lines) => {
    expect(read(...lines)).toBeUndefined()
  })
})
