import { describe, expect, it } from 'vitest'
import { answerFailed, methodNotAllowed, notFound, problem, tooManyRequests } from './problem.ts'

const each = [
  { name: 'notFound', response: notFound, status: 404, title: 'Not Found' },
  { name: 'methodNotAllowed', response: methodNotAllowed, status: 405, title: 'Method Not Allowed' },
  {
    name: 'answerFailed',
    response: answerFailed(undefined, new Error('no')),
    status: 500,
    title: 'Internal Server Error',
  },
  { name: 'tooManyRequests', response: tooManyRequests(3), status: 429, title: 'Too Many Requests' },
]

describe('problem documents (RFC 9457)', () => {
  it.each(each)('$name says its status in line and body', ({ response, status, title }) => {
    const body = JSON.parse(response.body)
    expect(Object.keys(body).sort()).toEqual(['detail', 'status', 'title', 'type'])
    expect(body).toMatchObject({ type: 'about:blank', title, status })
    expect(body.detail.length).toBeGreaterThan(10)
    expect(response.status).toBe(status)
  })

  it.each(each)('$name is typed and not cacheable', ({ response }) => {
    expect(response.headers).toMatchObject({
      'Content-Type': 'application/problem+json',
      'Content-Length': String(Buffer.byteLength(response.body)),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
  })

  it('405 says what is allowed', () => {
    expect(methodNotAllowed.headers.Allow).toBe('GET, HEAD, OPTIONS')
  })

  it.each([
    [0.001, '1'],
    [0.5, '1'],
    [1, '1'],
    [1.01, '2'],
    [1000, '1000'],
  ])('429 for %d s asks for a whole number of seconds, %s, and never for none', (wait, header) => {
    expect(tooManyRequests(wait).headers['Retry-After']).toBe(header)
  })

  it('carries further headers', () => {
    expect(problem(404, 'Not Found', 'Nothing here.', { 'X-Why': 'because' }).headers['X-Why']).toBe(
      'because',
    )
  })
})
