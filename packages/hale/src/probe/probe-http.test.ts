import { getEventListeners } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type HttpFault, startFaultyHttp } from '../../../../tests/servers/faulty-http.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { createServerDirectory } from '../../../../tests/servers/server-directory.ts'
import { serveHealth } from '../adapters/node.ts'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { type ProbeOptions, probe } from './index.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function listening(listener: RequestListener, at: { path?: string; host?: string } = {}) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    if (at.path === undefined) server.listen(0, at.host ?? '127.0.0.1', resolve)
    else server.listen(at.path, resolve)
  })
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return at.path === undefined ? (server.address() as AddressInfo).port : 0
}

async function withBody(body: string, status = 200): Promise<string> {
  const port = await listening((_, response) => response.writeHead(status, { 'x-zone': 'a' }).end(body))
  return `http://127.0.0.1:${port}/health`
}

describe('a health endpoint', () => {
  it('is UP, DEGRADED or DOWN as it says, with the names of what is amiss', async () => {
    const outcome: { now: Outcome } = { now: up() }
    const ages = { maxAgeMs: { up: 0, down: 0 } }
    const health = createHealth({
      checks: { database: check(() => outcome.now, ages), cache: check(() => {}, ages) },
    })
    const { url, close } = await serveHealth(health, { port: 0, host: '127.0.0.1' })
    opened.push(close)
    const target = `${url}/health/ready`
    expect(await probe(target)).toMatchObject({
      status: 'UP',
      healthy: true,
      message: 'HTTP 200',
      httpStatus: 200,
      attempts: 1,
      target,
    })
    outcome.now = degraded('slow')
    expect(await probe(target)).toMatchObject({
      status: 'DEGRADED',
      healthy: true,
      message: 'HTTP 200, DEGRADED: database',
      components: { database: 'DEGRADED' },
    })
    outcome.now = down('planted postgres://user:secret@10.0.0.1')
    const gone = await probe(target)
    expect(gone).toMatchObject({
      status: 'DOWN',
      healthy: false,
      cause: 'unexpected-answer',
      message: 'HTTP 503, DOWN: database',
      components: { database: 'DOWN' },
    })
    expect(JSON.stringify(gone)).not.toContain('secret')
    expect(await probe(`${url}/health/live`, { method: 'HEAD' })).toMatchObject({ message: 'HTTP 200' })
    expect(await probe(`${url}/nobody`)).toMatchObject({ message: 'HTTP 404' })
  })

  it('is asked as a kubelet asks: by GET, for anything, on a connection of its own', async () => {
    let seen: unknown
    const port = await listening(({ method, url, headers }, response) => {
      seen = { method, url, headers }
      response.end()
    })
    await probe(`http://user:p%40ss@127.0.0.1:${port}/a%20b?token=x#part`, {
      headers: { 'X-One': '1', Host: 'orders' },
    })
    expect(seen).toEqual({
      method: 'GET',
      url: '/a%20b?token=x',
      headers: {
        host: 'orders',
        'user-agent': 'hale-probe',
        accept: '*/*',
        authorization: `Basic ${btoa('user:p@ss')}`,
        'x-one': '1',
        connection: 'close',
      },
    })
  })

  it('may be on IPv6, and is asked for by name', async () => {
    const port = await listening((_, response) => response.end(), { host: '::1' })
    const named = await listening((_, response) => response.end(), { host: 'localhost' })
    expect(await probe(`localhost:${named}`)).toMatchObject({
      healthy: true,
      target: `http://localhost:${named}/`,
    })
    expect(await probe(`http://[::1]:${port}/`)).toMatchObject({
      healthy: true,
      target: `http://[::1]:${port}/`,
    })
  })

  it('may be on a Unix socket', async () => {
    const directory = createServerDirectory('probe')
    opened.push(() => directory.remove())
    const path = `${directory.path}/app.sock`
    await listening(({ url, headers }, response) => response.end(`${headers.host}${url}`), { path })
    expect(await probe(`unix:${path}:/health?x=1`, { expectBody: 'localhost/health?x=1' })).toMatchObject({
      healthy: true,
      target: `unix:${path}:/health`,
    })
    expect(await probe('http://orders/a', { socketPath: path, expectBody: 'orders/a' })).toMatchObject({
      healthy: true,
    })
    expect(await probe(`unix://${path}`)).toMatchObject({ message: 'connected', target: `unix:${path}` })
    expect(await probe(`unix:${path}.not`)).toMatchObject({ cause: 'unreachable', message: 'not found' })
  })
})

describe('expectations', () => {
  const cases: readonly [string, ProbeOptions, string, number, string][] = [
    ['a status', { expectedStatus: 200 }, '', 200, 'HTTP 200'],
    ['another status', { expectedStatus: 200 }, '', 204, 'HTTP 204'],
    ['ranges', { expectedStatus: ['200-299', 418] }, '', 418, 'HTTP 418'],
    ['a status that is none', {}, '', 404, 'HTTP 404'],
    ['a text', { expectBody: 'well' }, 'all is well', 200, 'HTTP 200'],
    ['no such text', { expectBody: 'well' }, 'secret', 200, 'answer not as expected'],
    ['a match', { expectBody: /^w\w+l$/m }, 'x\nwell', 200, 'HTTP 200'],
    ['JSON', { expectJson: { path: 'a.0.b', equals: [1, '1'] } }, '{"a":[{"b":1}]}', 200, 'HTTP 200'],
    [
      'other JSON',
      { expectJson: { path: 'status', equals: 'UP' } },
      '{"status":"DOWN"}',
      200,
      'answer not as expected',
    ],
    ['no JSON', { expectJson: { path: 'status' } }, 'status', 200, 'answer not as expected'],
    ['a header', { expectHeaders: { 'X-Zone': 'a', date: true } }, '', 200, 'HTTP 200'],
    ['another header', { expectHeaders: { 'x-zone': 'b' } }, '', 200, 'headers not as expected'],
    ['a large body', { expectBody: 'x' }, 'y'.repeat(70_000), 200, 'answer larger than 65536 bytes'],
    ['a large body that nobody looks at', {}, 'y'.repeat(70_000), 200, 'HTTP 200'],
  ]
  it.each(cases)('of %s are met, or not', async (what, options, body, status, message) => {
    const result = await probe(await withBody(body, status), options)
    const well = message.startsWith('HTTP') && what !== 'another status' && what !== 'a status that is none'
    expect(result).toMatchObject({ message, healthy: well, ...(well ? {} : { cause: 'unexpected-answer' }) })
  })

  it('of time: what takes longer is DEGRADED', async () => {
    const port = await listening((_, response) => setTimeout(() => response.end(), 60))
    expect(await probe(`:${port}`, { degradedAfterMs: 20 })).toMatchObject({
      status: 'DEGRADED',
      healthy: true,
      message: 'HTTP 200, slower than 20 ms',
    })
  })
})

describe('redirects', () => {
  async function redirecting(to: (port: number) => string, status = 302) {
    const seen: (string | undefined)[] = []
    const port: number = await listening(({ url, headers }, response) => {
      seen.push(headers.authorization)
      if (url === '/well') response.end('arrived')
      else response.writeHead(status, { location: to(port) }).end()
    })
    return { port, seen }
  }

  it.each([301, 302, 303, 307, 308])('of %d are followed on the same host', async (status) => {
    const { port, seen } = await redirecting(() => '/well', status)
    const options = { expectBody: 'arrived' }
    expect(await probe(`http://u:p@127.0.0.1:${port}/`, options)).toMatchObject({
      message: 'HTTP 200',
      healthy: true,
    })
    expect(seen).toEqual([`Basic ${btoa('u:p')}`, `Basic ${btoa('u:p')}`])
  })

  it('to another port of the host are followed without credentials', async () => {
    const other = await redirecting(() => '/well')
    const { port, seen } = await redirecting(() => `http://x:y@127.0.0.1:${other.port}/well`)
    expect(
      await probe(`http://u:p@127.0.0.1:${port}/`, { headers: { authorization: 'Bearer t' } }),
    ).toMatchObject({ message: 'HTTP 200' })
    expect(seen).toEqual(['Bearer t'])
    expect(other.seen).toEqual([undefined])
  })

  it('to another host are well, with a warning, and not followed', async () => {
    const { port } = await redirecting(() => 'http://elsewhere.invalid/')
    expect(await probe(`http://127.0.0.1:${port}/`)).toMatchObject({
      status: 'DEGRADED',
      healthy: true,
      message: 'HTTP 302, redirected to another host',
    })
    expect(await probe(`http://127.0.0.1:${port}/`, { expectedStatus: '200-299' })).toMatchObject({
      message: 'HTTP 302',
      healthy: false,
    })
  })

  it('that are expected themselves are the answer', async () => {
    const { port } = await redirecting(() => '/nowhere', 301)
    expect(await probe(`http://127.0.0.1:${port}/`, { expectedStatus: 301 })).toMatchObject({
      message: 'HTTP 301',
      status: 'UP',
    })
  })

  it.each([
    ['in a circle', '/', 'too many redirects'],
    ['to nowhere', 'http://[', 'redirected to an invalid URL'],
    ['to another scheme', 'file:///etc/passwd', 'redirected to what is not HTTP'],
  ])('%s are DOWN', async (_what, to, message) => {
    const { port } = await redirecting(() => to)
    expect(await probe(`http://127.0.0.1:${port}/`)).toMatchObject({ message, healthy: false })
  })
})

describe('faults', () => {
  const quick = { timeoutMs: 150 }
  const faults: readonly [string, HttpFault, string, string][] = [
    ['hangs', { kind: 'silent' }, 'no-answer', 'no answer within 150 ms'],
    ['answers late', { kind: 'slow', ms: 1000 }, 'no-answer', 'no answer within 150 ms'],
    ['never ends its body', { kind: 'drip', everyMs: 20 }, 'no-answer', 'no whole answer within 150 ms'],
  ]
  it.each(faults)('a server that %s', async (_what, fault, cause, message) => {
    await using server = await startFaultyHttp(fault)
    const result = await probe(server.url, quick)
    expect(result).toMatchObject({ status: 'DOWN', cause, message })
    expect(result.durationMs).toBeLessThan(600)
  })

  it('a server that resets within the body', async () => {
    await using server = await startFaultyHttp({ kind: 'reset-mid-body' })
    const result = await probe(server.url)
    expect(result).toMatchObject({ status: 'DOWN', cause: 'no-answer' })
    expect(result.message).toMatch(/^connection (closed|reset)$/)
  })

  it('a body without an end that comes fast is read no further than needed', async () => {
    await using server = await startFaultyHttp({ kind: 'huge', bytes: 1e9 })
    expect(await probe(server.url)).toMatchObject({ healthy: true, bodyBytes: 10_240 })
  })

  it.each([
    ['speaks another protocol', 'SSH-2.0-x\r\n', 'unexpected-answer', 'answer is not valid HTTP'],
    [
      'speaks HTTP/2 alone',
      new Uint8Array([0, 0, 0, 4, 0, 0, 0, 0, 0]),
      'unexpected-answer',
      'answer is not valid HTTP',
    ],
    ['sends headers byte after byte', 'HTTP/1.1 200 OK\r\nX: ', 'no-answer', 'no answer within 150 ms'],
  ] as const)('a server that %s', async (_what, bytes, cause, message) => {
    await using server = await startFaultyTcp({ kind: 'says', bytes })
    expect(await probe(`http://127.0.0.1:${server.port}`, quick)).toMatchObject({ cause, message })
  })

  it.each([
    ['closes', { kind: 'close' }, /^connection (closed|reset)$/],
    ['resets', { kind: 'reset', after: 'data' }, /^connection reset$/],
  ] as const)('a server that %s', async (_what, fault, message) => {
    await using server = await startFaultyTcp(fault)
    const result = await probe(`http://127.0.0.1:${server.port}`, quick)
    expect(result).toMatchObject({ status: 'DOWN', healthy: false })
    expect(result.message).toMatch(message)
    await vi.waitFor(() => expect(server.open).toBe(0))
  })

  it('nobody there, and no such name', async () => {
    const port = await closedPort()
    expect(await probe(`http://u:secret@127.0.0.1:${port}/?token=t`)).toMatchObject({
      cause: 'unreachable',
      message: 'connection refused',
      target: `http://127.0.0.1:${port}/`,
    })
    const unknown = await probe('http://name.invalid/')
    expect(unknown).toMatchObject({ cause: 'unreachable' })
    expect(unknown.message).toMatch(/^(host name not found|name resolution failed)$/)
  })
})

describe('again', () => {
  it('as often as told, until it is well', async () => {
    let asked = 0
    const port = await listening((_, response) => response.writeHead(++asked < 3 ? 503 : 200).end())
    const target = `http://127.0.0.1:${port}/`
    expect(await probe(target, { retries: 1, retryDelayMs: 1 })).toMatchObject({
      attempts: 2,
      message: 'HTTP 503',
    })
    asked = 0
    expect(await probe(target, { retries: 5, retryDelayMs: 1 })).toMatchObject({ attempts: 3, healthy: true })
    asked = 0
    expect(await probe(target, { waitMs: 5000, retryDelayMs: 1 })).toMatchObject({
      attempts: 3,
      message: 'HTTP 200',
    })
  })

  it('for as long as told, the last attempt cut short', async () => {
    await using server = await startFaultyHttp({ kind: 'silent' })
    const startedAt = performance.now()
    const result = await probe(server.url, { waitMs: 200, retryDelayMs: 10 })
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect(result).toMatchObject({ attempts: 1, message: 'not well within 200 ms: no answer within 200 ms' })
  })

  it('leaves nothing behind on the signal', async () => {
    const { signal } = new AbortController()
    const target = await withBody('', 503)
    await probe(target, { signal, retries: 2, retryDelayMs: 1 })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('until the signal says otherwise, while asking and between', async () => {
    await using server = await startFaultyHttp({ kind: 'silent' })
    const asking = new AbortController()
    const asked = probe(server.url, { signal: asking.signal })
    asking.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    server.become({ kind: 'status', status: 503 })
    const between = new AbortController()
    const waiting = probe(server.url, { waitMs: 60_000, retryDelayMs: 30_000, signal: between.signal })
    while (!server.requests.length) await new Promise((resolve) => setTimeout(resolve, 5))
    setTimeout(() => between.abort(new Error('enough')), 50)
    await expect(waiting).rejects.toThrow('enough')
    const told = new AbortController()
    const onRetry = (): void => told.abort(new Error('enough'))
    await expect(
      probe(server.url, { retries: 1, retryDelayMs: 60_000, onRetry, signal: told.signal }),
    ).rejects.toThrow('enough')
    expect(getEventListeners(told.signal, 'abort')).toEqual([])
    await expect(probe(server.url, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    )
  })
})
