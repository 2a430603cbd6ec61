import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'vitest'
import type { ContractApplication } from '../testing/adapter/subject.ts'
import { adapterContract } from '../testing/adapter-contract.ts'
import { healthListener } from './node.ts'

async function listening(server: Server): Promise<ContractApplication> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => new Promise((resolve) => server.close(resolve))
  return { url: `http://127.0.0.1:${port}`, server, close }
}

describe('healthListener keeps the contract of adapters', () => {
  const cases = adapterContract({
    mountable: false,
    start: (health, options) => {
      const answerHealth = healthListener(health, options)
      const server = createServer((request, response) => {
        if (answerHealth(request, response)) return
        if (request.url === '/hello') response.end('hello')
        else response.writeHead(404).end('application 404')
      })
      return listening(server)
    },
  })
  for (const { name, run } of cases) test(name, run)
})

describe('healthListener with a next keeps the contract of adapters', () => {
  const cases = adapterContract({
    mountable: false,
    start: (health, options) => {
      const answerHealth = healthListener(health, options)
      const server = createServer((request, response) => {
        answerHealth(request, response, () => {
          if (request.url === '/hello') response.end('hello')
          else response.writeHead(404).end('application 404')
        })
      })
      return listening(server)
    },
  })
  for (const { name, run } of cases) test(name, run)
})
