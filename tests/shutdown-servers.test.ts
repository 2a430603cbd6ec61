import 'reflect-metadata'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import grpc from '@grpc/grpc-js'
import { Controller, Get, Injectable, Module, type OnModuleDestroy } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import express from 'express'
// @ts-expect-error: the second Express has no types of its own
import express4 from 'express4'
import Fastify from 'fastify'
import { serveHealth } from 'hale/node'
import { describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { exitUnderTest, holdDraining, listening } from './fixtures/exit-under-test.ts'
import { get, rawClient, until } from './fixtures/raw-client.ts'

/** The promise that the handlers of a test wait for, in the order in which they were asked. */
function holding() {
  const held: (() => void)[] = []
  return {
    held,
    wait: () => new Promise<void>((resolve) => held.push(resolve)),
    release(): void {
      for (const answer of held.splice(0)) answer()
    },
  }
}

describe.each([
  ['4', express4 as unknown as typeof express],
  ['5', express],
])('Express %s', (_, framework) => {
  test('finishes what is under way', async () => {
    const { held, wait, release } = holding()
    const app = framework()
    app.get('/held', async (_request, response) => {
      await wait()
      response.send('held')
    })
    const server = createHttpServer(app)
    const { shutdown } = exitUnderTest({ servers: [server] })
    const client = await rawClient(await listening(server), get('/held'))
    await until(() => held.length === 1)
    const result = shutdown.shutdown()
    await until(() => shutdown.phase === 'stopping')
    release()
    expect(await client.received(/held/)).toMatch(/Connection: close/)
    expect(await result).toMatchObject({ code: 0 })
  })
})

test('Fastify: no 503 on a connection kept alive, and onClose after the last answer', async () => {
  const { held, wait, release } = holding()
  const app = Fastify()
  const order: string[] = []
  app.get('/', async () => 'hello')
  app.get('/held', async () => {
    await wait()
    order.push('answered')
    return 'held'
  })
  app.addHook('onClose', async () => void order.push('closed'))
  const draining = holdDraining()
  const { shutdown } = exitUnderTest({
    servers: [app],
    hooks: [draining.hook, () => void order.push('hook')],
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  const kept = await rawClient(port, get('/'))
  await kept.received(/hello/)
  const busy = await rawClient(port, get('/held'))
  await until(() => held.length === 1)
  const result = shutdown.shutdown()
  kept.socket.write(get('/'))
  expect(await kept.received(/connection: close/i)).not.toMatch(/503/)
  const half = await rawClient(port, 'GET / HTTP/1.1\r\nHo')
  draining.release()
  await until(() => shutdown.phase === 'stopping')
  half.socket.write('st: a\r\n\r\n')
  expect(await half.received(/hello/)).not.toMatch(/503/)
  expect(order).toEqual([])
  release()
  expect(await busy.received(/held/)).toMatch(/connection: close/i)
  expect(await result).toMatchObject({ code: 0 })
  expect(order).toEqual(['answered', 'closed', 'hook'])
})

test('Fastify: an onClose that hangs is named at the deadline', async () => {
  const app = Fastify()
  app.addHook('onClose', () => new Promise(() => {}))
  const { shutdown } = exitUnderTest({ servers: [app], timeoutMs: 300 })
  await app.listen({ port: 0, host: '127.0.0.1' })
  expect(await shutdown.shutdown()).toMatchObject({
    code: 1,
    open: [{ kind: 'server', name: 'servers[0] (application)' }],
  })
})

test('Nest: onModuleDestroy comes after the last answer', async () => {
  const { held, wait, release } = holding()
  const order: string[] = []
  class Pool implements OnModuleDestroy {
    onModuleDestroy(): void {
      order.push('destroyed')
    }
  }
  Injectable()(Pool)
  class Orders {
    async held(): Promise<string> {
      await wait()
      order.push('answered')
      return 'held'
    }
  }
  Controller()(Orders)
  Get('held')(Orders.prototype, 'held', Object.getOwnPropertyDescriptor(Orders.prototype, 'held') ?? {})
  class Shop {}
  Module({ controllers: [Orders], providers: [Pool] })(Shop)
  const app = await NestFactory.create(Shop, { logger: false })
  const { shutdown } = exitUnderTest({ servers: [app] })
  await app.listen(0, '127.0.0.1')
  const client = await rawClient(app.getHttpServer().address().port, get('/held'))
  await until(() => held.length === 1)
  const result = shutdown.shutdown()
  await until(() => shutdown.phase === 'stopping')
  release()
  expect(await client.received(/held/)).toMatch(/Connection: close/)
  expect(await result).toMatchObject({ code: 0 })
  expect(order).toEqual(['answered', 'destroyed'])
})

describe('gRPC', () => {
  const text = { serialize: (value: string) => Buffer.from(value), deserialize: String }
  const definition = {
    say: {
      path: '/test.Echo/Say',
      requestStream: false,
      responseStream: false,
      requestSerialize: text.serialize,
      requestDeserialize: text.deserialize,
      responseSerialize: text.serialize,
      responseDeserialize: text.deserialize,
    },
  } as const

  async function echo() {
    const { held, wait, release } = holding()
    const server = new grpc.Server()
    server.addService(definition, {
      async say(call: { request: string }, done: (error: null, answer: string) => void) {
        await wait()
        done(null, call.request)
      },
    } as never)
    const port = await new Promise<number>((resolve, reject) => {
      const credentials = grpc.ServerCredentials.createInsecure()
      server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)))
    })
    const Client = grpc.makeGenericClientConstructor(definition, 'Echo')
    const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure())
    const answer = new Promise<string>((resolve) => {
      const say = client.say as (q: string, done: (error: Error | null, answer: string) => void) => void
      say.call(client, 'hello', (error, value) => resolve(error ? String(error) : value))
    })
    await until(() => held.length === 1)
    return { server, client, answer, release }
  }

  test('finishes a call under way', async () => {
    const { server, client, answer, release } = await echo()
    const { shutdown } = exitUnderTest({ servers: [server] })
    const result = shutdown.shutdown()
    await until(() => shutdown.phase === 'stopping')
    release()
    expect(await answer).toBe('hello')
    expect(await result).toMatchObject({ code: 0 })
    client.close()
  })

  test('is shut by force at the deadline', async () => {
    const { server, client, answer } = await echo()
    const { shutdown } = exitUnderTest({ servers: [server], timeoutMs: 300 })
    expect(await shutdown.shutdown()).toMatchObject({
      code: 1,
      open: [{ kind: 'server', name: 'servers[0] (gRPC)' }],
    })
    expect(await answer).toMatch(/Error/)
    client.close()
  })
})

describe('WebSockets', () => {
  async function sockets() {
    const server = createHttpServer((_, response) => void response.end('hello'))
    const webSockets = new WebSocketServer({ server })
    const exit = exitUnderTest({ servers: [server, webSockets], upgradedTimeoutMs: 300 })
    const port = await listening(server)
    const client = new WebSocket(`ws://127.0.0.1:${port}`)
    await once(client, 'open')
    const closed = once(client, 'close')
    return { ...exit, client, closed }
  }

  test('clients are told to go away, and the rest follows at once', async () => {
    const { shutdown, closed } = await sockets()
    const { code, open, durations } = await shutdown.shutdown()
    expect({ code, open }).toEqual({ code: 0, open: [] })
    expect((await closed)[0]).toBe(1001)
    expect(durations.totalMs).toBeLessThan(300)
  })

  test('one that does not answer is bounded', async () => {
    const { shutdown, client, closed, log } = await sockets()
    client.pause()
    const { code, durations } = await shutdown.shutdown()
    expect(code).toBe(0)
    expect(durations.totalMs).toBeLessThan(1000)
    expect(log.some(({ message }) => /open.* after 300 ms/.test(message))).toBe(true)
    client.terminate()
    await closed
  })
})

test('a health server, whether said so or recognised, answers until the requests and hooks are done', async () => {
  const { held, wait, release } = holding()
  const server = createHttpServer(async (_, response) => {
    await wait()
    response.end('held')
  })
  const seen: number[] = []
  const urls: string[] = []
  const ask = async (): Promise<void> => {
    for (const url of urls) seen.push((await fetch(`${url}/health/live`)).status)
  }
  // The registry is made with the handle: a list that is filled below would be read too early.
  const { health } = exitUnderTest({})
  const recognised = await serveHealth(health, { port: 0, host: '127.0.0.1' })
  const said = await serveHealth(health, { port: 0, host: '127.0.0.1' })
  const { gracefulShutdown } = await import('hale/shutdown')
  const shutdown = gracefulShutdown(health, {
    servers: [server, recognised],
    healthServers: [said],
    signals: [],
    exit: false,
    drainDelayMs: 20,
    hooks: [{ name: 'ask', run: ask }],
  })
  urls.push(recognised.url, said.url)
  const client = await rawClient(await listening(server), get('/'))
  await until(() => held.length === 1)
  const result = shutdown.shutdown()
  await until(() => shutdown.phase === 'stopping')
  await ask()
  release()
  await client.received(/held/)
  expect(await result).toMatchObject({ code: 0, failedHooks: [] })
  expect(seen).toEqual([200, 200, 200, 200])
  expect(recognised.server.listening || said.server.listening).toBe(false)
})

describe('anything with close()', () => {
  test.each([
    ['a promise', { close: () => Promise.resolve() }],
    ['a callback', { close: (done: () => void) => setImmediate(done) }],
    ['neither', { close: () => {} }],
    [
      'a throw',
      {
        close: () => {
          throw new Error('no')
        },
      },
    ],
  ])('that ends with %s', async (_, server) => {
    expect(await exitUnderTest({ servers: [server] }).shutdown.shutdown()).toMatchObject({ code: 0 })
  })

  test('a parameter that is no callback is left alone', async () => {
    const given: unknown[] = []
    // As of BullMQ, of Mongoose and of a Nest application without a server.
    const servers = [
      { close: async (force = false) => given.push(force) },
      { close: async (force?: boolean) => given.push(force) },
      { close: (...all: unknown[]) => void given.push(all.length) },
    ]
    expect(await exitUnderTest({ servers }).shutdown.shutdown()).toMatchObject({ code: 0 })
    expect(given).toEqual([false, undefined, 0])
  })

  test('that never ends is named at the deadline', async () => {
    const { shutdown } = exitUnderTest({ servers: [{ close: () => new Promise(() => {}) }], timeoutMs: 100 })
    expect(await shutdown.shutdown()).toMatchObject({
      code: 1,
      open: [{ kind: 'server', name: 'servers[0]' }],
    })
  })

  test('a TCP server is waited for, and cut off at the deadline', async () => {
    const server = createTcpServer()
    const { shutdown } = exitUnderTest({ servers: [server], timeoutMs: 200 })
    const client = await rawClient(await listening(server), 'x')
    expect(await shutdown.shutdown()).toMatchObject({ code: 1, open: [{ kind: 'connection' }] })
    await client.ended
  })
})
