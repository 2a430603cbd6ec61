import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import Hapi from '@hapi/hapi'
import { Controller, Get } from '@nestjs/common'
import { Elysia } from 'elysia'
import express from 'express'
import Fastify from 'fastify'
import { CallTimeoutError, check, createHealth, DependencyDownError } from 'hale'
import { Hono } from 'hono'
import Koa from 'koa'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { method, startNest } from './fixtures/nest-application.mjs'

interface Answer {
  readonly status: number
  readonly body: string
}

afterEach(() => vi.restoreAllMocks())

/** What an open circuit rejects with. */
async function refusal(): Promise<unknown> {
  const health = createHealth({ checks: { 'orders-db': check(() => false) } })
  await health.check('orders-db').run()
  const refused = health.circuit('orders-db').run(() => 'never called')
  const error = await refused.catch((thrown: unknown) => thrown)
  await health.dispose()
  return error
}

async function answerOf(listener: RequestListener): Promise<Answer> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

async function get(url: string): Promise<Answer> {
  const response = await fetch(url)
  return { status: response.status, body: await response.text() }
}

const fails = (error: unknown) => () => Promise.reject(error)

/** Each answers with what it makes of an error that its application does not catch. */
const unasked: Record<string, (error: unknown) => Promise<Answer>> = {
  async express(error) {
    const app = express()
    app.set('env', 'production')
    app.get('/', fails(error))
    return answerOf(app)
  },
  async koa(error) {
    const app = new Koa()
    app.use(fails(error))
    return answerOf(app.callback())
  },
  nest: (error) => nest('express', error),
  'nest on Fastify': (error) => nest('fastify', error),
}

/** Those that show every message. */
const outspoken: Record<string, (error: unknown) => Promise<Answer>> = {
  async fastify(error) {
    const app = Fastify()
    app.get('/', fails(error))
    const { statusCode: status, body } = await app.inject('/')
    return { status, body }
  },
  async elysia(error) {
    const response = await new Elysia().get('/', fails(error)).handle(new Request('http://localhost/'))
    return { status: response.status, body: await response.text() }
  },
}

async function nest(platform: string, error: unknown): Promise<Answer> {
  class Orders {
    all() {
      throw error
    }
  }
  method(Orders, 'all', Get())
  Controller()(Orders)
  const { app, url } = await startNest(platform, { controllers: [Orders] })
  try {
    return await get(`${url}/`)
  } finally {
    await app.close()
  }
}

describe('an error of a circuit that nobody catches', () => {
  test.each(Object.entries(unasked))('is 503 or 504 in %s, and says nothing', async (_name, answer) => {
    vi.spyOn(console, 'error').mockReturnValue()
    const refused = await answer(await refusal())
    expect(refused.status).toBe(503)
    expect(refused.body).toContain('Service Unavailable')
    const late = await answer(new CallTimeoutError('orders-db', 250))
    expect(late.status).toBe(504)
    for (const { body } of [refused, late]) expect(body).not.toMatch(/orders-db|circuit|250/)
  })

  test.each(Object.entries(outspoken))('is 503 or 504 in %s, with its message', async (_name, answer) => {
    expect(await answer(await refusal())).toMatchObject({
      status: 503,
      body: expect.stringContaining('orders-db is down'),
    })
    expect((await answer(new CallTimeoutError('orders-db', 250))).status).toBe(504)
  })
})

// What docs/circuits.md has for those that read no status of an error.
describe('handlers of the documentation', () => {
  const isOfCircuit = (error: unknown) =>
    error instanceof DependencyDownError || error instanceof CallTimeoutError

  test('Hono', async () => {
    const app = new Hono()
    app.onError((error, context) => {
      if (isOfCircuit(error)) return context.text('try again later', error.statusCode)
      return context.text('Internal Server Error', 500)
    })
    const error = await refusal()
    app.get('/', fails(error))
    expect((await app.request('/')).status).toBe(503)
  })

  test('hapi', async () => {
    const server = Hapi.server()
    server.ext('onPreResponse', ({ response }, h) =>
      isOfCircuit(response) ? h.response('try again later').code(response.statusCode) : h.continue,
    )
    server.route({ method: 'GET', path: '/', handler: fails(await refusal()) })
    expect(await server.inject('/')).toMatchObject({ statusCode: 503, payload: 'try again later' })
  })
})
