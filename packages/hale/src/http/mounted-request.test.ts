import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { readBody } from './admin/request-body.ts'
import { behindSegments, mountedRequest } from './mounted-request.ts'

describe('a mounted request', () => {
  it('is the given one in all but the URL', async () => {
    const request = Object.assign(new IncomingMessage(new Socket()), {
      method: 'PATCH',
      url: '/internal/health/admin',
      rawHeaders: ['Host', 'a'],
    })
    request.push('{"a":1}')
    request.push(null)
    const mounted = mountedRequest(request, '/health/admin')
    expect(mounted.url).toBe('/health/admin')
    expect(request.url).toBe('/internal/health/admin')
    expect(mounted.method).toBe('PATCH')
    expect(mounted.headers).toBe(request.headers)
    expect(mounted.rawHeaders).toBe(request.rawHeaders)
    expect(mounted.socket).toBe(request.socket)
    expect(await readBody(mounted)).toEqual({ value: { a: 1 } })
  })

  it('has nothing that the given one has not', async () => {
    const mounted = mountedRequest({ method: 'GET', headers: {} }, '/')
    expect([mounted.rawHeaders, mounted.body, mounted.socket]).toEqual([undefined, undefined, undefined])
    expect(await readBody(mounted)).toEqual({ value: {} })
  })

  it('reads the body that a parser has left alone but for an empty object', async () => {
    const request = Object.assign(new IncomingMessage(new Socket()), { method: 'PATCH', body: {} })
    request.push('{"a":1}')
    request.push(null)
    expect(await readBody(mountedRequest(request, '/health/admin'))).toEqual({ value: { a: 1 } })
  })

  it('passes on what a body parser has made of the body', async () => {
    const mounted = mountedRequest({ headers: {}, body: { b: 2 } }, '/')
    expect(await readBody(mounted)).toEqual({ value: { b: 2 } })
  })
})

describe('the part of a URL behind its first segments', () => {
  it.each([
    ['/health', 0, '/health'],
    ['http://a/health', 0, 'http://a/health'],
    ['/a/health', 1, '/health'],
    ['/a/b/health?x=/y', 2, '/health?x=/y'],
    ['/a/b', 2, '/'],
    ['/a/b/', 2, '/'],
    ['/a/b?x', 2, '/?x'],
    ['/a', 2, '/'],
    ['/a//live', 1, '//live'],
    ['/a/health%2flive', 1, '/health%2flive'],
    ['http://h:1/a/health#f', 1, '/health#f'],
    ['HTTPS://h?x', 1, '/'],
  ])('of %s behind %d is %s', (url, segments, expected) => {
    expect(behindSegments(url, segments)).toBe(expected)
  })
})
