import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type RequestHandler } from 'express'
// @ts-expect-error: under an alias of ours it has no types of its own
import express4 from 'express4'
import { describe, test } from 'vitest'
import type { StartApplication } from '../testing/adapter/subject.ts'
import { adapterContract } from '../testing/adapter-contract.ts'
import { healthMiddleware } from './express.ts'

const implementations: readonly (readonly [string, typeof express])[] = [
  ['Express 5', express],
  ['Express 4', express4 as typeof express],
]

describe.each(implementations)('healthMiddleware keeps the contract of adapters in %s', (_name, create) => {
  function starting(...before: readonly RequestHandler[]): StartApplication {
    return async (health, options, mount = '/') => {
      const app = create()
      for (const handler of before) app.use(handler)
      app.use(mount, healthMiddleware(health, options))
      app.get('/hello', (_, response) => void response.send('hello'))
      app.use((_request, response) => void response.status(404).send('application 404'))
      const server = createServer(app)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      const close = () => new Promise((resolve) => server.close(resolve))
      return { url: `http://127.0.0.1:${port}`, server, close }
    }
  }
  const startBehindBodyParser = starting(create.json(), create.urlencoded({ extended: false }))
  for (const { name, run } of adapterContract({ start: starting(), startBehindBodyParser })) test(name, run)
})
