import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import express from 'express'
// @ts-expect-error: the types are those of Express 5
import express4 from 'express4'
import { afterEach, describe, expect, test } from 'vitest'
import { healthMiddleware } from '../../adapters/express.ts'
import { healthListener, serveHealth } from '../../adapters/node.ts'
import { check } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import type { HandlerOptions } from '../handler-settings.ts'

// What clients may do to /health/admin over real sockets, on a port of its own and behind Express.

const token = 'operators-know-this-one'
const bearer = `Authorization: Bearer ${token}\r\n`
const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

function registry() {
  return createHealth({
    checks: {
      database: check(() => {}, { maxAgeMs: { up: 60_000 } }),
      slow: check(() => new Promise(() => {})),
    },
  })
}

type Listener = Parameters<typeof createServer>[1]

function listening(listener: Listener): Promise<Server> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  opened.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return new Promise((resolve) => server.once('listening', () => resolve(server)))
}

const servers = {
  async 'a port of its own'(health: ReturnType<typeof registry>, options: HandlerOptions) {
    const { server, close } = await serveHealth(health, { port: 0, host: '127.0.0.1', ...options })
    opened.push(close)
    return server
  },
  async 'node:http'(health: ReturnType<typeof registry>, options: HandlerOptions) {
    const answered = healthListener(health, options)
    return listening((request, response) => {
      if (!answered(request, response)) response.writeHead(404).end('not ours')
    })
  },
  async 'Express 5'(health: ReturnType<typeof registry>, options: HandlerOptions) {
    return listening(express().use(healthMiddleware(health, options)))
  },
  async 'Express 5 with parsers'(health: ReturnType<typeof registry>, options: HandlerOptions) {
    return listening(express().use(express.json(), express.urlencoded(), healthMiddleware(health, options)))
  },
  async 'Express 4'(health: ReturnType<typeof registry>, options: HandlerOptions) {
    return listening(express4().use(healthMiddleware(health, options)))
  },
  async 'Express 4 with a parser'(health: ReturnType<typeof registry>, options: HandlerOptions) {
    return listening(express4().use(express4.json(), healthMiddleware(health, options)))
  },
}
const names = Object.keys(servers) as (keyof typeof servers)[]

async function service(name: keyof typeof servers, options: HandlerOptions = { admin: { token } }) {
  const health = registry()
  opened.push(() => health.dispose())
  const server = await servers[name](health, options)
  return { health, server, port: (server.address() as AddressInfo).port }
}

interface Conversation {
  readonly socket: Socket
  said(): string
  /** All that came once `pattern` is in it. */
  until(pattern: RegExp): Promise<string>
}

function talk(port: number, bytes: string): Promise<Conversation> {
  const socket = connect(port, '127.0.0.1')
  opened.push(() => socket.destroy())
  let text = ''
  let look = (): void => {}
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
    look()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    text += '[closed]'
    look()
  })
  const until = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${pattern} never came, only: ${text}`)), 5000)
      look = () => {
        if (!pattern.test(text)) return
        clearTimeout(timer)
        resolve(text)
      }
      look()
    })
  return new Promise((resolve) =>
    socket.once('connect', () => {
      socket.write(bytes)
      resolve({ socket, said: () => text, until })
    }),
  )
}

function request(method: string, path: string, body = '', headers = ''): string {
  const length = body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`
  return `${method} ${path} HTTP/1.1\r\nHost: x\r\n${headers}${length}\r\n${body}`
}

const withoutTime = (text: string): string =>
  text.replace(/\r\n(Date|Keep-Alive|X-Powered-By|Connection): [^\r]*/g, '')
const live = request('GET', '/health/live', '', 'Connection: close\r\n')

describe.each(names)('behind %s', (name) => {
  test('whoever has no token gets the same bytes, wherever the path ends and whatever the method', async () => {
    const { port } = await service(name)
    const paths = [
      '/health/admin',
      '/health/admin/',
      '/health/admin//',
      '/health/admin?x=1',
      '/health/admin/checks/database',
      '/health/admin/checks/nothing',
      '/health/admin/checks/database/run',
      '/health/admin/../admin',
      '/health/%61dmin/checks/d%61tabase',
      '/health/admin/%2e%2e/%2e',
      'http://elsewhere/health/admin/service',
      `/health/admin/${'x'.repeat(8000)}`,
    ]
    const answers = new Set<string>()
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
        const { socket, until } = await talk(port, request(method, path, '', 'Connection: close\r\n'))
        answers.add(withoutTime(await until(/\[closed\]/)))
        socket.destroy()
      }
    }
    expect(answers.size).toBe(1)
    const [only = ''] = answers
    expect(only).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/)
    const head = await talk(port, request('HEAD', paths[4] ?? '', '', 'Connection: close\r\n'))
    expect(withoutTime(await head.until(/\[closed\]/))).toBe(only.replace(/\{[\s\S]*\}/, ''))
  })

  test('a change arrives in one piece, in pieces, and in chunks', async () => {
    const { port, health } = await service(name)
    const json = 'Content-Type: application/json\r\n'
    const whole = await talk(
      port,
      request('PATCH', '/health/admin/checks/database', '{"retries":1}', bearer + json),
    )
    await whole.until(/"tuned":\{"retries":1\}/)
    const head = `PATCH /health/admin/checks/database HTTP/1.1\r\nHost: x\r\n${bearer}${json}`
    const slow = await talk(port, `${head}Content-Length: 13\r\n\r\n{"ret`)
    expect(health.check('database').control().settings.retries).toBe(1)
    slow.socket.write('ries":2}')
    await slow.until(/"tuned":\{"retries":2\}/)
    const reason = Buffer.from('{"enabled":false,"reason":"é"}')
    const split = await talk(port, `${head}Content-Length: ${reason.length}\r\n\r\n`)
    for (const byte of reason) split.socket.write(Buffer.of(byte))
    await split.until(/"reason":"\u00c3\u00a9"/)
    expect(health.check('database').control().reason).toBe('é')
    const chunks = '5\r\n{"ret\r\n8\r\nries":3}\r\n0\r\n\r\n'
    const chunked = await talk(port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`)
    await chunked.until(/"tuned":\{"retries":3\}/)
  })

  test('a change that somebody has read before is not lost in silence', async () => {
    if (name !== 'node:http' && name !== 'Express 5') return
    const health = registry()
    opened.push(() => health.dispose())
    const answered = healthListener(health, { admin: { token } })
    const behind = express().use(
      (request, _response, next) => {
        request.on('data', () => {})
        request.on('end', next)
      },
      healthMiddleware(health, { admin: { token } }),
    )
    const server = await listening(
      name === 'Express 5'
        ? behind
        : (request, response) => {
            request.on('data', () => {})
            request.on('end', () => void answered(request, response))
          },
    )
    const { port } = server.address() as AddressInfo
    const head = `PATCH /health/admin/checks/database HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${bearer}`
    const chunks = 'Transfer-Encoding: chunked\r\n\r\nd\r\n{"retries":5}\r\n0\r\n\r\n'
    for (const bytes of [chunks, 'Content-Length: 13\r\n\r\n{"retries":5}']) {
      const { until } = await talk(port, head + bytes)
      const text = await until(/\[closed\]/)
      expect(text).toMatch(/^HTTP\/1\.1 400 /)
      expect(text).toMatch(/has read it/)
    }
    const nothing = await talk(port, `${head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)
    await nothing.until(/^HTTP\/1\.1 200 [\s\S]*\[closed\]/)
    expect(health.check('database').control().tuned).toEqual({})
  })

  test('a change of nothing is none, and no mistake', async () => {
    const { port } = await service(name)
    const headers = `${bearer}Content-Type: application/json\r\nConnection: close\r\n`
    const path = '/health/admin/checks/database'
    const requests = [
      request('PATCH', path, '{}', headers),
      request('PATCH', path, '', headers),
      request('PATCH', path, '', `${headers}Content-Length: 0\r\n`),
    ]
    for (const bytes of requests) {
      const { until } = await talk(port, bytes)
      await until(/^HTTP\/1\.1 200 [\s\S]*\[closed\]/)
    }
  })

  test('a change that says it is a form, as curl does, is no change lost in silence', async () => {
    const { port, health } = await service(name)
    const form = 'Content-Type: application/x-www-form-urlencoded\r\n'
    const { until } = await talk(
      port,
      request('PATCH', '/health/admin/checks/database', '{"retries":4}', bearer + form),
    )
    const answer = await until(/\r\n\r\n\{/)
    // A parser of forms has made something else of it, and that is told.
    if (/^HTTP\/1\.1 422/.test(answer)) expect(name).toBe('Express 5 with parsers')
    else expect(health.check('database').control().settings.retries).toBe(4)
  })
})

describe.each(['a port of its own', 'node:http', 'Express 5', 'Express 4'] as const)('behind %s', (name) => {
  test('whoever has no token is not waited for: neither for a body, nor for the rest of it', async () => {
    const { port } = await service(name)
    const head = 'PATCH /health/admin/checks/database HTTP/1.1\r\nHost: x\r\n'
    for (const start of [
      'Content-Length: 10000000\r\n\r\n{',
      'Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n',
    ]) {
      const { until } = await talk(port, head + start)
      await until(/^HTTP\/1\.1 401 /)
    }
  })

  test('a body that nobody reads does not become the next request', async () => {
    const { port, health } = await service(name)
    const smuggled = request('PATCH', '/health/admin/checks/database', '{"retries":5}', bearer)
    const { until } = await talk(port, request('POST', '/health/admin', smuggled) + live)
    const text = await until(/\[closed\]/)
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 200'])
    expect(health.check('database').control().tuned).toEqual({})
  })

  test('what is too large is told, and the connection goes on', async () => {
    const { port, health } = await service(name)
    const large = `{"reason":"${'x'.repeat(3_000_000)}"}`
    const { until } = await talk(
      port,
      request('PATCH', '/health/admin/checks/database', large, bearer) + live,
    )
    const text = await until(/\[closed\]/)
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
    expect(health.check('database').control().tuned).toEqual({})
  })

  test('whoever asks whether to send a body is told to', async () => {
    const { port } = await service(name)
    const head = `PATCH /health/admin/checks/database HTTP/1.1\r\nHost: x\r\n${bearer}`
    const { until, socket } = await talk(port, `${head}Expect: 100-continue\r\nContent-Length: 13\r\n\r\n`)
    await until(/^HTTP\/1\.1 100 Continue\r\n\r\n/)
    socket.write('{"retries":1}')
    await until(/"tuned":\{"retries":1\}/)
  })

  test('of changes made at the same moment for the same revision one is applied', async () => {
    const { port, health } = await service(name)
    const { revision } = health.check('database').control()
    const condition = `${bearer}If-Match: "${revision}"\r\nConnection: close\r\n`
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, retries) => {
        const body = JSON.stringify({ retries: retries + 1 })
        const { until } = await talk(port, request('PATCH', '/health/admin/checks/database', body, condition))
        return /^HTTP\/1\.1 (\d+)/.exec(await until(/\[closed\]/))?.[1]
      }),
    )
    expect(answers.sort()).toEqual(['200', ...Array.from({ length: 19 }, () => '412')])
  })
})

test.each([
  [16_384, 200],
  [16_385, 413],
])('a body of %d bytes is %d', async (bytes, status) => {
  const { port } = await service('a port of its own')
  const body = '{"retries":1}'.padEnd(bytes)
  const { until } = await talk(port, request('PATCH', '/health/admin/checks/database', body, bearer))
  await until(new RegExp(`^HTTP/1\\.1 ${status} `))
})

test('a body that somebody else has read before, and kept, changes nothing and says so', async () => {
  const health = registry()
  const app = express()
  app.use((request, _, next) => {
    request.resume().once('end', () => next())
  })
  app.use(healthMiddleware(health, { admin: { token } }))
  const { port } = (await listening(app)).address() as AddressInfo
  const { until } = await talk(
    port,
    request('PATCH', '/health/admin/checks/database', '{"retries":1}', bearer),
  )
  await until(/^HTTP\/1\.1 400 /)
  expect(health.check('database').control().tuned).toEqual({})
})
