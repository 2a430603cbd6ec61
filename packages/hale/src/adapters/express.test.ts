import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Express, type Request, type Response } from 'express'
// @ts-expect-error: see implementations
import express4 from 'express4'
import { afterEach, describe, expect, it } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { HealthSource } from '../core/health.ts'
import { down } from '../core/outcome.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { healthMiddleware } from './express.ts'

const implementations: readonly (readonly [string, typeof express])[] = [
  ['express 5', express],
  // Under an alias of ours it has no types of its own; what is used here is the same in both.
  ['express 4', express4 as typeof express],
]

const opened: Server[] = []

afterEach(async () => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function listening(app: Express): Promise<string> {
  const server = await new Promise<Server>((resolve) => {
    const started = app.listen(0, '127.0.0.1', () => resolve(started))
  })
  opened.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function healthy(): HealthSource {
  return createHealth({ checks: { database: check(() => {}) } })
}

function failing(): HealthSource {
  return createHealth({ checks: { database: check(() => down('gone')) } })
}

async function statusOf(url: string, init?: RequestInit): Promise<number> {
  const response = await fetch(url, init)
  await response.arrayBuffer()
  return response.status
}

describe.each(implementations)('healthMiddleware in %s', (_name, implementation) => {
  it.each([
    ['/health', 200, 'UP'],
    ['/health/', 200, 'UP'],
    ['/health?deep=true', 503, 'DOWN'],
    ['/health/ready', 503, 'DOWN'],
    ['/health/database', 503, 'DOWN'],
    ['/livez?format=json', 200, 'UP'],
  ])('answers %s with %d', async (path, status, word) => {
    const url = await listening(implementation().use(healthMiddleware(failing())))
    const response = await fetch(url + path)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '5' : null)
    expect(await response.json()).toHaveProperty('status', word)
  })

  it('lets every other path go on to the application', async () => {
    const app = implementation().use(healthMiddleware(healthy()))
    app.use((request: Request, response: Response) => {
      response.status(201).send(`application ${request.url}`)
    })
    const url = await listening(app)
    for (const path of [
      '/',
      '/orders',
      '/healthy',
      '/HEALTH',
      '/health/nobody',
      '/health//live',
      '/health%2flive',
      '/%',
    ]) {
      const response = await fetch(url + path)
      expect(response.status, path).toBe(201)
      expect(await response.text()).toBe(`application ${path}`)
    }
  })

  it("leaves a path that nobody answers to the application's own 404", async () => {
    const url = await listening(implementation().use(healthMiddleware(healthy())))
    const response = await fetch(`${url}/nothing`)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toContain('text/html')
  })

  it('answers under the prefix where it is mounted, and there only', async () => {
    const url = await listening(implementation().use('/api/v1', healthMiddleware(healthy())))
    expect(await statusOf(`${url}/api/v1/health`)).toBe(200)
    expect(await statusOf(`${url}/api/v1/health/ready?x=1`)).toBe(200)
    expect(await statusOf(`${url}/api/v1/readyz`)).toBe(200)
    expect(await statusOf(`${url}/health`)).toBe(404)
    expect(await statusOf(`${url}/api/v1`)).toBe(404)
  })

  it('answers at its mount point itself with the base path "/"', async () => {
    const app = implementation().use(
      '/status',
      healthMiddleware(healthy(), { basePath: '/', aliases: false }),
    )
    const url = await listening(app)
    for (const path of ['/status', '/status/', '/status?deep=true', '/status/ready', '/status/database']) {
      expect(await statusOf(url + path), path).toBe(200)
    }
    expect(await statusOf(`${url}/status/readyz`)).toBe(404)
  })

  it('answers in a router', async () => {
    const router = implementation.Router()
    router.use(healthMiddleware(healthy()))
    const url = await listening(implementation().use('/internal', router))
    expect(await statusOf(`${url}/internal/health/ready`)).toBe(200)
  })

  it('answers before body parsers, sessions and authentication get to see a probe', async () => {
    const app = implementation().use(healthMiddleware(healthy()))
    let seen = 0
    app.use((_request: Request, response: Response) => {
      seen++
      response.status(401).end()
    })
    app.use(implementation.json())
    const url = await listening(app)
    const broken = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"broken"' }
    const response = await fetch(`${url}/health`, broken)
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
    expect(await statusOf(`${url}/health/ready`)).toBe(200)
    expect(seen).toBe(0)
    expect(await statusOf(`${url}/orders`, broken)).toBe(401)
  })

  it('answers behind body parsers too', async () => {
    const app = implementation().use(implementation.json(), healthMiddleware(healthy()))
    const url = await listening(app)
    const init = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"a":1}' }
    expect(await statusOf(`${url}/health`)).toBe(200)
    expect(await statusOf(`${url}/health`, init)).toBe(405)
  })

  it('answers HEAD and OPTIONS itself', async () => {
    const url = await listening(implementation().use(healthMiddleware(failing())))
    const head = await fetch(`${url}/health/ready`, { method: 'HEAD' })
    expect({ status: head.status, body: await head.text() }).toEqual({ status: 503, body: '' })
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0)
    const options = await fetch(`${url}/health/ready`, { method: 'OPTIONS' })
    expect({ status: options.status, body: await options.text() }).toEqual({ status: 503, body: '' })
    expect(options.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
    expect(options.headers.get('content-length')).toBe('0')
  })

  it('never answers 304 and sends no ETag', async () => {
    const url = await listening(implementation().use(healthMiddleware(failing())))
    const headers = { 'if-none-match': '*', 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' }
    const response = await fetch(`${url}/health/ready`, { headers })
    expect(response.status).toBe(503)
    expect(response.headers.get('etag')).toBeNull()
  })

  it('knows where the request comes from', async () => {
    const visibility = ({
      socket,
    }: {
      socket?: { remoteAddress?: string | undefined }
    }): 'debug' | 'status' => (socket?.remoteAddress === '127.0.0.1' ? 'debug' : 'status')
    const url = await listening(implementation().use(healthMiddleware(healthy(), { visibility })))
    expect(await (await fetch(`${url}/health`)).json()).toHaveProperty('transitions')
  })

  it('keeps quiet when somebody else answers while a check runs', async () => {
    let release = (): void => {}
    let begin = (): void => {}
    const started = new Promise<void>((resolve) => {
      begin = resolve
    })
    const run = (): Promise<void> => {
      begin()
      return new Promise((resolve) => {
        release = resolve
      })
    }
    const health = createHealth({ budgetMs: 10_000, checks: { slow: check(run, { timeoutMs: 10_000 }) } })
    let impatient = true
    const app = implementation()
    app.use((_request: Request, response: Response, next: () => void) => {
      if (impatient) void started.then(() => response.status(504).end('too late'))
      next()
    })
    app.use(healthMiddleware(health))
    const url = await listening(app)
    const response = await fetch(`${url}/health/ready`)
    expect({ status: response.status, body: await response.text() }).toEqual({
      status: 504,
      body: 'too late',
    })
    const ended = new Promise<void>((resolve) => health.on('run', () => resolve()))
    release()
    await ended
    impatient = false
    expect(await statusOf(`${url}/health/slow`)).toBe(200)
  })

  it('runs a slow check once for sixty-four probes', async () => {
    let runs = 0
    let arrived = 0
    let release = (): void => {}
    const done = new Promise<void>((resolve) => {
      release = resolve
    })
    const run = (): Promise<void> => {
      runs++
      return done
    }
    const health = createHealth({ budgetMs: 10_000, checks: { slow: check(run, { timeoutMs: 10_000 }) } })
    const app = implementation()
    app.use((_request: Request, _response: Response, next: () => void) => {
      next()
      if (++arrived === 64) release()
    })
    app.use(healthMiddleware(health))
    const url = await listening(app)
    const statuses = await Promise.all(Array.from({ length: 64 }, () => statusOf(`${url}/health/ready`)))
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(runs).toBe(1)
  })

  it('throws at creation when an option is wrong', () => {
    expect(() => healthMiddleware(healthy(), { basePath: 'health' })).toThrow(ConfigurationError)
  })
})
