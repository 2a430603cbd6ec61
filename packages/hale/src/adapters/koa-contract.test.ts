import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa, { type Context, type Middleware } from 'koa'
import { describe, test } from 'vitest'
import type { StartApplication } from '../testing/adapter/subject.ts'
import { adapterContract } from '../testing/adapter-contract.ts'
import { healthMiddleware } from './koa.ts'

/** Does to a path what koa-mount does. */
function mounted(prefix: string, middleware: Middleware): Middleware {
  return async (context, next) => {
    const { path } = context
    if (path !== prefix && !path.startsWith(`${prefix}/`)) return next()
    context.path = path.slice(prefix.length) || '/'
    await middleware(context, async () => {
      context.path = path
      await next()
    })
  }
}

/** Does to a body what koa-bodyparser does. */
async function parseBody(context: Context, next: () => Promise<unknown>): Promise<unknown> {
  const chunks: Buffer[] = []
  const isJson = context.is('json') !== false && context.is('json') !== null
  if (isJson) for await (const chunk of context.req as IncomingMessage) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  try {
    Object.assign(context.request, { body: text === '' ? {} : JSON.parse(text) })
  } catch {
    context.throw(400)
  }
  return next()
}

function starting(...before: readonly Middleware[]): StartApplication {
  return async (health, options, mount) => {
    const app = new Koa()
    // It logs every connection that is reset.
    app.silent = true
    for (const middleware of before) app.use(middleware)
    const endpoints = healthMiddleware(health, options)
    app.use(mount === undefined ? endpoints : mounted(mount, endpoints))
    app.use((context) => {
      const hello = context.path === '/hello'
      context.status = hello ? 200 : 404
      context.body = hello ? 'hello' : 'application 404'
    })
    const server = createServer(app.callback())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const close = () => new Promise((resolve) => server.close(resolve))
    return { url: `http://127.0.0.1:${port}`, server, close }
  }
}

describe('healthMiddleware keeps the contract of adapters in Koa', () => {
  const cases = adapterContract({ start: starting(), startBehindBodyParser: starting(parseBody) })
  for (const { name, run } of cases) test(name, run)
})
