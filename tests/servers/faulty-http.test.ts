import { get } from 'node:http'
import { request } from 'node:https'
import { describe, expect, test } from 'vitest'
import { createAuthority, opensslProgram } from './certificates.ts'
import { startFaultyHttp } from './faulty-http.ts'
import { whenOwned } from './when-provided.ts'

const soon = () => AbortSignal.timeout(150)

describe('an HTTP server with a fault', () => {
  test('answers with a status, and changes its mind', async () => {
    await using server = await startFaultyHttp({ kind: 'status', status: 500 })
    expect((await fetch(server.url)).status).toBe(500)
    server.become({ kind: 'status', status: 204 })
    expect((await fetch(`${server.url}/x`)).status).toBe(204)
    expect(server.requests).toEqual(['GET /', 'GET /x'])
  })

  test('stays silent, or is slow', async () => {
    await using server = await startFaultyHttp({ kind: 'silent' })
    await expect(fetch(server.url, { signal: soon() })).rejects.toThrow('timeout')
    server.become({ kind: 'slow', ms: 30 })
    expect(await (await fetch(server.url)).text()).toBe('late')
  })

  test('drips its body without end', async () => {
    await using server = await startFaultyHttp({ kind: 'drip', everyMs: 10 })
    const response = await fetch(server.url, { signal: soon() })
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
  })

  test('sends a huge body', async () => {
    await using server = await startFaultyHttp({ kind: 'huge', bytes: 5_000_001 })
    expect((await (await fetch(server.url)).arrayBuffer()).byteLength).toBe(5_000_001)
  })

  test('redirects to another host', async () => {
    await using server = await startFaultyHttp({ kind: 'redirect', to: 'http://other.invalid/' })
    const response = await fetch(server.url, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([302, 'http://other.invalid/'])
  })

  test('resets in the middle of a body', async () => {
    await using server = await startFaultyHttp({ kind: 'reset-mid-body' })
    const code = await new Promise((resolve) => {
      get(server.url, (response) =>
        response.resume().on('error', (error: NodeJS.ErrnoException) => resolve(error.code)),
      )
    })
    expect(code).toBe('ECONNRESET')
  })

  test('sends JSON that is none', async () => {
    await using server = await startFaultyHttp({ kind: 'invalid-json' })
    await expect((await fetch(server.url)).json()).rejects.toThrow(SyntaxError)
  })

  test('closes although clients hang on it', async () => {
    const server = await startFaultyHttp({ kind: 'silent' })
    const hanging = fetch(server.url).catch((error: Error) => error)
    await expect.poll(() => server.requests.length).toBe(1)
    await server.close()
    expect(await hanging).toBeInstanceOf(Error)
    await expect(fetch(server.url)).rejects.toThrow()
  })
})

whenOwned(opensslProgram, 'an HTTPS server with a faulty certificate', () => {
  const authority = createAuthority()
  const tlsOutcome = (port: number, ca?: string) =>
    new Promise((resolve) => {
      request({ host: '127.0.0.1', servername: 'localhost', port, ca, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
        .end()
    })

  test.for([
    ['in good order', () => authority.issue(), 200],
    ['expired', () => authority.issue({ expired: true }), 'CERT_HAS_EXPIRED'],
    ['for another host', () => authority.issue({ hosts: ['other.example'] }), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['self-signed', () => ({ ...authority.selfSigned(), ca: authority.ca }), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ] as const)('%s', async ([, issue, expected]) => {
    const certificate = issue()
    await using server = await startFaultyHttp({ kind: 'status', status: 200 }, certificate)
    expect(await tlsOutcome(server.port, certificate.ca)).toBe(expected)
  })

  test('of an authority that the client does not know', async () => {
    await using server = await startFaultyHttp({ kind: 'status', status: 200 }, authority.issue())
    expect(await tlsOutcome(server.port)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  })
})
