import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowed, answer, asOptions, header, listHeader, withoutBody } from './exchange.ts'

describe('header', () => {
  it.each([
    [{}, undefined],
    [{ accept: 'text/html' }, 'text/html'],
    [{ accept: '' }, ''],
    [{ accept: ['a/b', 'c/d'] }, 'a/b'],
    [{ accept: [] }, undefined],
    [{ accept: undefined }, undefined],
    [{ Accept: 'text/html' }, undefined],
  ])('reads %j', (headers: { [name: string]: string | string[] | undefined }, expected) => {
    expect(header({ headers }, 'accept')).toBe(expected)
  })
})

describe('header by rawHeaders', () => {
  const rawHeaders = ['Host', 'x', 'ACCEPT', 'text/html', 'accept', 'text/plain', 'X-Empty', '']

  it.each([
    ['accept', 'text/html'],
    ['host', 'x'],
    ['x-empty', ''],
    ['text/html', undefined],
    ['authorization', undefined],
    ['', undefined],
  ])('finds the first %j in any case: %j', (name, expected) => {
    expect(header({ headers: {}, rawHeaders }, name)).toBe(expected)
  })

  it('looks there alone when there are any', () => {
    expect(header({ headers: { accept: 'a/b' }, rawHeaders: [] }, 'accept')).toBeUndefined()
    expect(header({ headers: { accept: 'a/b' }, rawHeaders: ['Host'] }, 'host')).toBeUndefined()
  })
})

describe('a header that is a list', () => {
  it.each([
    [['Accept', 'text/html'], 'text/html'],
    [['Accept', 'a/b', 'Host', 'x', 'ACCEPT', 'c/d;q=0.5, e/f', 'accept', ''], 'a/b, c/d;q=0.5, e/f, '],
    [['Host', 'x'], undefined],
    [[], undefined],
  ])('is all lines of %j', (rawHeaders, expected) => {
    expect(listHeader({ headers: { accept: 'x/y' }, rawHeaders }, 'accept')).toBe(expected)
  })

  it.each([
    ['a/b', 'a/b'],
    [['a/b', 'c/d'], 'a/b, c/d'],
    [undefined, undefined],
  ])('is all of %j where headers are a record', (accept, expected) => {
    expect(listHeader({ headers: { accept } }, 'accept')).toBe(expected)
  })
})

describe('answer', () => {
  it('has the headers that every answer has', () => {
    expect(answer(200, 'application/json', '{}')).toEqual({
      status: 200,
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': '2',
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        Vary: 'Accept',
      },
      body: '{}',
    })
  })

  it('adds headers of its own', () => {
    expect(answer(503, 'text/plain', 'x', { 'Retry-After': '5' }).headers['Retry-After']).toBe('5')
  })

  it.each(['', 'ok', 'größer', '健康', '👩‍⚕️', '\u0000', '\ud800', 'a\udfffb'])(
    'counts the bytes of %j',
    (body) => {
      expect(answer(200, 'text/plain', body).headers['Content-Length']).toBe(String(Buffer.byteLength(body)))
    },
  )

  it('counts the bytes of any text as node:http sends it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (body) => {
        expect(answer(200, 'text/plain', body).headers['Content-Length']).toBe(
          String(Buffer.from(body).length),
        )
      }),
    )
  })
})

describe('withoutBody and asOptions', () => {
  const get = answer(503, 'application/json', '{"status":"DOWN"}', { 'Retry-After': '5' })

  it('HEAD has every header of the GET and no body', () => {
    expect(withoutBody(get)).toEqual({ status: 503, headers: get.headers, body: '' })
  })

  it('OPTIONS of an answer without content has no length either', () => {
    expect(asOptions(answer(204, 'text/plain', '')).headers).not.toHaveProperty('Content-Length')
  })

  it('205 says that it has no content, for whoever reads it would wait for some', () => {
    const reset = answer(205, 'text/plain', 'x')
    for (const made of [reset, withoutBody(reset), asOptions(reset)]) {
      expect(made.headers['Content-Length']).toBe('0')
      expect(made.headers).not.toHaveProperty('Content-Type')
      expect(made.body).toBe('')
    }
  })

  it('OPTIONS has the status of the GET, no content, and what is allowed', () => {
    const { status, headers, body } = asOptions(get)
    expect({ status, body }).toEqual({ status: 503, body: '' })
    expect(headers).toMatchObject({
      'Content-Length': '0',
      Allow: allowed,
      'Retry-After': '5',
      'Cache-Control': 'no-store',
    })
  })

  it('leave the response that they are made of alone', () => {
    const before = structuredClone(get)
    withoutBody(get)
    asOptions(get)
    expect(get).toEqual(before)
  })

  it('allowed names what a probe may do: read', () => {
    expect(allowed.split(', ')).toEqual(['GET', 'HEAD', 'OPTIONS'])
  })
})
