import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { closeAfterEach } from '../../../../tests/close-after-each.ts'
import { servedUntilClosed } from '../../../../tests/served-health.ts'
import { freePort } from '../../../../tests/servers/free-port.ts'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { HealthSource } from '../core/health.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import type { HandlerOptions } from '../http/handler-settings.ts'
import { gate } from '../testing/gate.ts'
import { healthListener, type ServeOptions, serveHealth } from './node.ts'

const opened = closeAfterEach()
const served = servedUntilClosed(opened)

function healthy(): HealthSource {
  return createHealth({ checks: { database: check(() => {}) } })
}

/** A service with a check that settles when it is told to. */
function held(): { health: HealthSource; started: Promise<void>; release: () => void } {
  const { definition: slow, ...rest } = gate()
  return { health: createHealth({ budgetMs: 10_000, checks: { slow } }), ...rest }
}

/** Whether it resolves while somebody would still wait for it. */
function promptly(work: Promise<unknown>): Promise<'resolved' | 'still open after 1 s'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, 1000, 'still open after 1 s')
    work.then(() => resolve('resolved'), reject).finally(() => clearTimeout(timer))
  })
}

function request(url: string, agent: Agent): Promise<IncomingMessage> {
  opened.push(() => agent.destroy())
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => response.resume().on('end', () => resolve(response))).on(
      'error',
      reject,
    )
  })
}

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.on('error', reject)
    opened.push(() => socket.destroy())
  })
}

describe('serveHealth', () => {
  it('serves on a free port and says where', async () => {
    const server = await served(healthy())
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
    expect(server.port).toBeGreaterThan(0)
    const response = await fetch(`${server.url}/health/ready`)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ status: 'UP', details: { database: { status: 'UP' } } })
  })

  it('listens on every address unless told otherwise, and says one that can be asked', async () => {
    const server = await serveHealth(healthy(), { port: 0 })
    opened.push(() => server.close())
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
    expect(['::', '0.0.0.0']).toContain((server.server.address() as AddressInfo).address)
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
  })

  it('says a URL that can be asked when the host is a name', async () => {
    const server = await served(healthy(), { host: 'localhost' })
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
  })

  it.each([
    ['/health', 200],
    ['/health/live', 200],
    ['/', 404],
    ['/health/nobody', 404],
    ['/favicon.ico', 404],
  ])('answers %s with %d', async (path, status) => {
    const response = await fetch((await served(healthy())).url + path)
    expect(response.status).toBe(status)
    const type = status === 404 ? 'application/problem+json' : 'application/json'
    expect(response.headers.get('content-type')).toBe(type)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toHaveProperty('status', status === 404 ? 404 : 'UP')
  })

  it('takes the options of the handler', async () => {
    const { url } = await served(healthy(), { basePath: '/', visibility: 'status', aliases: false })
    expect(await (await fetch(`${url}/ready`)).text()).toBe('{"status":"UP"}')
    expect((await fetch(`${url}/readyz`)).status).toBe(404)
  })

  it('serves one registry on two ports at two visibilities', async () => {
    const health = healthy()
    const open = await served(health, { visibility: 'debug' })
    const terse = await served(health, { visibility: 'status' })
    expect(await (await fetch(`${terse.url}/health/ready`)).text()).toBe('{"status":"UP"}')
    expect(await (await fetch(`${open.url}/health/ready`)).json()).toHaveProperty('transitions')
  })

  it('rejects with the error of listen when the port is taken', async () => {
    const { port } = await served(healthy())
    const second = serveHealth(healthy(), { port, host: '127.0.0.1' })
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE', port })
    await expect(second).rejects.toThrow(new RegExp(`EADDRINUSE.*${port}`))
  })

  it.each([
    [{ port: undefined }, 'port: missing; 0 takes any free one'],
    [{ port: -1 }, 'port: expected a whole number between 0 and 65535, got -1'],
    [{ port: 65_536 }, 'port: expected a whole number between 0 and 65535, got 65536'],
    [{ port: 80.5 }, 'port: expected a whole number between 0 and 65535, got 80.5'],
    [{ port: Number.NaN }, 'port: expected a whole number between 0 and 65535, got NaN'],
    [
      { port: '8080' },
      'port: expected a whole number between 0 and 65535, got a string of 4 characters; use Number(…)',
    ],
    [{ port: null }, 'port: expected a whole number between 0 and 65535, got null'],
    [{ port: 0, host: 5 }, 'host: expected a string, got 5'],
    [{ port: 0, prot: 1 }, 'prot: unknown option; did you mean port?'],
    [
      { port: 0, basePath: 'health' },
      "basePath: expected a path such as '/health', or '/' to serve at the root",
    ],
  ])('rejects %j as wrongly configured', async (options, problem) => {
    const server = serveHealth(healthy(), options as ServeOptions)
    await expect(server).rejects.toBeInstanceOf(ConfigurationError)
    await expect(server).rejects.toMatchObject({ problems: [problem] })
  })

  it('names the registry where the options came in its place', async () => {
    const server = serveHealth({ port: 0 } as never, undefined as never)
    await expect(server).rejects.toMatchObject({
      problems: expect.arrayContaining(['health: expected what createHealth returns, got an object']),
    })
  })

  it('rejects with the problems of port, host and handler together', async () => {
    const options = { port: -1, host: 5, basePath: 'health', token: 'short' } as unknown as ServeOptions
    const error: unknown = await serveHealth(healthy(), options).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect((error as ConfigurationError).problems.map((problem) => problem.split(':', 1)[0]).sort()).toEqual([
      'basePath',
      'host',
      'port',
      'token',
    ])
  })

  it.each([undefined, null, 8080, []])('rejects %j for options as wrongly configured', async (options) => {
    const server = serveHealth(healthy(), options as unknown as ServeOptions)
    await expect(server).rejects.toBeInstanceOf(ConfigurationError)
  })

  it('gives up on a client that sends requests and never reads, but not within any budget', async () => {
    const { server } = await served(healthy())
    expect(server.timeout).toBe(10_000)
    const slow = await served(createHealth({ checks: {}, budgetMs: 60_000 }))
    expect(slow.server.timeout).toBe(62_000)
  })

  it('survives an error of the listening socket, such as accept with too many files open', async () => {
    const { server, url } = await served(healthy())
    expect(() =>
      server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' })),
    ).not.toThrow()
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })
})

describe('closing', () => {
  it('frees the port', async () => {
    const server = await served(healthy(), { port: await freePort() })
    await fetch(`${server.url}/health`)
    await server.close()
    await expect(connected(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const again = await served(healthy(), { port: server.port })
    expect(again.port).toBe(server.port)
  })

  it('does not wait for idle keep-alive connections', async () => {
    const server = await served(healthy())
    const response = await request(`${server.url}/health`, new Agent({ keepAlive: true }))
    expect(response.headers.connection).toBe('keep-alive')
    expect(await promptly(server.close())).toBe('resolved')
  })

  it('does not wait for connections on which nothing was ever asked', async () => {
    const server = await served(healthy())
    const accepted = new Promise((resolve) => server.server.once('connection', resolve))
    await connected(server.port)
    await accepted
    expect(await promptly(server.close())).toBe('resolved')
  })

  it('lets an answer in flight be sent, and waits no longer than for that', async () => {
    const { health, started, release } = held()
    const server = await served(health)
    const answer = request(`${server.url}/health/ready`, new Agent({ keepAlive: true }))
    await started
    const closed = server.close()
    release()
    expect((await answer).statusCode).toBe(200)
    expect(await promptly(closed)).toBe('resolved')
  })

  it('is no mistake twice, or twice at once', async () => {
    const server = await served(healthy())
    await Promise.all([server.close(), server.close()])
    await server.close()
    expect(server.server.listening).toBe(false)
  })

  it('happens at the end of a block with await using', async () => {
    const port = await freePort()
    {
      await using server = await serveHealth(healthy(), { port, host: '127.0.0.1' })
      expect((await fetch(`${server.url}/health`)).status).toBe(200)
    }
    await expect(connected(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('healthListener', () => {
  async function beside(listen: (server: Server) => void): Promise<string> {
    const server = createServer()
    listen(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    opened.push(() => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('returns true for its own paths and false, with nothing done, for others', async () => {
    const answerHealth = healthListener(healthy())
    const answered: boolean[] = []
    const url = await beside((server) =>
      server.on('request', (request, response) => {
        const mine = answerHealth(request, response)
        answered.push(mine)
        if (!mine) response.writeHead(201).end(`headers sent: ${response.headersSent}`)
      }),
    )
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    expect((await fetch(`${url}/orders`)).status).toBe(201)
    expect(answered).toEqual([true, true, false])
  })

  it('calls next for other paths only', async () => {
    const answerHealth = healthListener(healthy())
    let nexts = 0
    const url = await beside((server) =>
      server.on('request', (request, response) => {
        answerHealth(request, response, () => {
          nexts++
          response.end('application')
        })
      }),
    )
    expect(await (await fetch(`${url}/health`)).json()).toHaveProperty('status', 'UP')
    expect((await fetch(`${url}/health`, { method: 'DELETE' })).status).toBe(405)
    expect(nexts).toBe(0)
    expect(await (await fetch(`${url}/orders`)).text()).toBe('application')
    expect(nexts).toBe(1)
  })

  it('throws at creation when an option is wrong', () => {
    const options = { basePath: 'health' } as HandlerOptions
    expect(() => healthListener(healthy(), options)).toThrow(ConfigurationError)
  })

  it('knows where the request comes from', async () => {
    const seen: (string | undefined)[] = []
    const answerHealth = healthListener(healthy(), {
      visibility: ({ socket }) => {
        seen.push(socket?.remoteAddress)
        return 'status'
      },
    })
    const url = await beside((server) =>
      server.on('request', (request, response) => answerHealth(request, response)),
    )
    expect(await (await fetch(`${url}/health`)).text()).toBe('{"status":"UP"}')
    expect(seen).toEqual(['127.0.0.1'])
  })
})

it('something that is no registry is refused', async () => {
  await expect(serveHealth({} as never, { port: 0 })).rejects.toThrow(
    /health: expected what createHealth returns/,
  )
})
