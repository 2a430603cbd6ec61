import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { describe, test } from 'vitest'
import type { ContractApplication } from '../testing/adapter/subject.ts'
import { adapterContract } from '../testing/adapter-contract.ts'
import { healthFetch } from './fetch.ts'

async function listening(listener: Parameters<typeof createServer>[1]): Promise<ContractApplication> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => new Promise((resolve) => server.close(resolve))
  return { url: `http://127.0.0.1:${port}`, server, close }
}

function application({ url }: Request): Response {
  return new URL(url).pathname === '/hello'
    ? new Response('hello')
    : new Response('application 404', { status: 404 })
}

// Probers of HTTP/1.0 send no Host, without which a fetch request has no URL.
const hostname = '127.0.0.1'

describe('healthFetch keeps the contract of adapters on Node', () => {
  const cases = adapterContract({
    mountable: false,
    start: (health, options) => {
      const answerHealth = healthFetch(health, options)
      const fetch = async (request: Request, env: object): Promise<Response> =>
        (await answerHealth(request, env)) ?? application(request)
      return listening(getRequestListener(fetch, { hostname }))
    },
  })
  for (const { name, run } of cases) test(name, run)
})

describe('healthFetch keeps the contract of adapters where it is given requests alone', () => {
  const cases = adapterContract({
    mountable: false,
    knowsAddress: false,
    start: (health, options) => {
      const answerHealth = healthFetch(health, options)
      const fetch = async (request: Request): Promise<Response> =>
        (await answerHealth(request)) ?? application(request)
      return listening(getRequestListener(fetch, { hostname, overrideGlobalObjects: false }))
    },
  })
  for (const { name, run } of cases) test(name, run)
})
