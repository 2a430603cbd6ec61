import { describe, expect, it } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { down } from '../core/outcome.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import type { HandlerOptions } from '../http/handler-settings.ts'
import { healthFetch } from './fetch.ts'

const token = 'operators-know-this-one'

function answering(options?: HandlerOptions) {
  return healthFetch(createHealth({ checks: { database: check(() => down('gone')) } }), options)
}

function ask(path: string, init?: RequestInit): Request {
  return new Request(`http://service.test:8080${path}`, init)
}

async function addressBy(runtime?: object): Promise<unknown> {
  const seen: unknown[] = []
  const visibility: HandlerOptions['visibility'] = ({ socket }) => {
    seen.push(socket?.remoteAddress)
    return 'status'
  }
  expect((await answering({ visibility })(ask('/health'), runtime))?.status).toBe(200)
  expect(seen.length).toBe(1)
  return seen[0]
}

describe('healthFetch', () => {
  it('answers with a Response', async () => {
    const response = await answering()(ask('/health/ready'))
    expect(response).toBeInstanceOf(Response)
    expect(response?.status).toBe(503)
    expect(response?.headers.get('content-type')).toBe('application/json')
    expect(response?.headers.get('cache-control')).toBe('no-store')
    expect(await response?.json()).toMatchObject({ status: 'DOWN', details: { database: { error: 'gone' } } })
  })

  it('leaves a path that is none of its own to whoever is next', async () => {
    const answer = answering()
    for (const path of ['/', '/orders', '/health/nobody', '/health%2fready']) {
      expect(await answer(ask(path))).toBeUndefined()
    }
  })

  it.each([
    ['http://service.test', 200],
    ['http://service.test?deep=true', 503],
    ['https://service.test:8443/?deep=true#top', 503],
    ['http://[::1]:9000/ready?x=/a//b', 503],
    ['http://10.0.0.7/live', 200],
  ])('takes path and query of %s', async (url, status) => {
    expect((await answering({ basePath: '/' })(new Request(url)))?.status).toBe(status)
  })

  it('shows visibility functions path and query, as other adapters do', async () => {
    const seen: unknown[] = []
    const visibility: HandlerOptions['visibility'] = ({ url }) => {
      seen.push(url)
      return 'status'
    }
    await answering({ visibility })(ask('/health/ready?x=//y'))
    expect(seen).toEqual(['/health/ready?x=//y'])
  })

  it('shows visibility functions the headers as a record', async () => {
    const seen: unknown[] = []
    const visibility: HandlerOptions['visibility'] = ({ headers }) => {
      seen.push(headers['x-operator'], headers.nobody, headers['no name'], 'x-operator' in headers, {
        ...headers,
      })
      return 'status'
    }
    const request = ask('/health', {
      headers: [
        ['X-Operator', 'yes'],
        ['Accept', '*/*'],
      ],
    })
    expect((await answering({ visibility })(request))?.status).toBe(200)
    expect(seen).toEqual(['yes', undefined, undefined, true, { accept: '*/*', 'x-operator': 'yes' }])
  })

  it('lists a header once that was sent twice', async () => {
    const headers = new Headers()
    for (const name of ['set-cookie', 'set-cookie', 'x-a', 'x-a']) headers.append(name, '1')
    const seen: unknown[] = []
    const visibility: HandlerOptions['visibility'] = (request) => {
      seen.push(Object.keys(request.headers))
      return 'status'
    }
    await answering({ visibility })({ method: 'GET', url: 'http://x/health', headers } as Request)
    expect(seen).toEqual([['set-cookie', 'x-a']])
  })

  it('has the length of the GET for HEAD, and no body', async () => {
    const answer = answering()
    const get = await answer(ask('/health/ready'))
    const head = await answer(ask('/health/ready', { method: 'HEAD' }))
    expect(head?.body).toBeNull()
    expect(head?.headers.get('content-length')).toBe(get?.headers.get('content-length'))
    expect(head?.status).toBe(503)
  })

  it('never shares a body between two responses', async () => {
    const answer = answering()
    const [first, second] = [await answer(ask('/health')), await answer(ask('/health'))]
    expect(await first?.text()).toBe(await second?.text())
  })

  it('reads a change from the body, once, and only for who may change', async () => {
    const answer = answering({ admin: { token } })
    const path = '/health/admin/checks/database'
    const change = { method: 'PATCH', body: '{"enabled":false}' }
    const stranger = ask(path, change)
    expect((await answer(stranger))?.status).toBe(401)
    expect(stranger.bodyUsed).toBe(false)
    const operator = ask(path, { ...change, headers: { authorization: `Bearer ${token}` } })
    expect(await (await answer(operator))?.json()).toMatchObject({ enabled: false })
    expect((await answer(operator))?.status).toBe(400)
  })

  it.each<[string, (request: Request) => Promise<unknown>]>([
    ['as text', (request) => request.text()],
    [
      'by a reader that was released',
      async (request) => {
        const reader = request.body?.getReader()
        while (!(await reader?.read())?.done);
        reader?.releaseLock()
      },
    ],
  ])('says of a change whose body has been read %s that it has been', async (_how, read) => {
    const request = ask('/health/admin/checks/database', {
      method: 'PATCH',
      body: '{"enabled":false}',
      headers: { authorization: `Bearer ${token}` },
    })
    await read(request)
    const response = await answering({ admin: { token } })(request)
    expect(response?.status).toBe(400)
    expect(await response?.text()).toContain('read')
  })

  it.each([
    ['an address', { remoteAddress: '10.0.0.7' }],
    ["Deno's info", { remoteAddr: { transport: 'tcp', hostname: '10.0.0.7', port: 1 } }],
    ["Bun's server", { requestIP: () => ({ address: '10.0.0.7', family: 'IPv4', port: 1 }) }],
    ["Bun's server, by name", { server: { requestIP: () => ({ address: '10.0.0.7' }) } }],
    ["Node's request", { incoming: { rawHeaders: [], socket: { remoteAddress: '10.0.0.7' } } }],
  ])('shows visibility functions the address by %s', async (_what, runtime) => {
    expect(await addressBy(runtime)).toBe('10.0.0.7')
  })

  it.each([
    ['a unix socket of Deno', { remoteAddr: { transport: 'unix', path: '/run/x' } }],
    ['a closed connection of Bun', { requestIP: () => null }],
    ['the parameters of a route', { params: Promise.resolve({}) }],
    ['nothing', undefined],
  ])('has no address by %s', async (_what, runtime) => {
    expect(await addressBy(runtime)).toBeUndefined()
  })

  it('has no address, and answers all the same, when Bun takes the request for none', async () => {
    const server = {
      requestIP(): never {
        throw new TypeError('expected a Request')
      },
    }
    expect(await addressBy(server)).toBeUndefined()
    const request = ask('/actuator', { headers: { host: 'service.test' } })
    expect((await answering({ actuator: true })(request, server))?.status).toBe(200)
  })

  it("takes the headers of the request, not what a worker's binding called incoming has for them", async () => {
    const binding = { rawHeaders: () => {} }
    const headers = { authorization: `Bearer ${token}` }
    const response = await answering({ token })(ask('/health/ready', { headers }), { incoming: binding })
    expect(await response?.json()).toHaveProperty('transitions')
  })

  it('throws at creation when an option is wrong', () => {
    expect(() => answering({ basePath: 'health' })).toThrow(ConfigurationError)
    expect(() => healthFetch(undefined as never)).toThrow(ConfigurationError)
  })
})
