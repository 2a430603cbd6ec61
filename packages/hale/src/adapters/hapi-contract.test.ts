import Hapi from '@hapi/hapi'
import { describe, test } from 'vitest'
import type { StartApplication } from '../testing/adapter/subject.ts'
import { adapterContract } from '../testing/adapter-contract.ts'
import { healthPlugin } from './hapi.ts'

const start: StartApplication = async (health, options, prefix) => {
  const server = Hapi.server({ port: 0, host: '127.0.0.1' })
  server.route({ method: 'GET', path: '/hello', handler: () => 'hello' })
  server.route({ method: '*', path: '/{any*}', handler: (_, h) => h.response('application 404').code(404) })
  await server.register(healthPlugin(health, options), prefix === undefined ? {} : { routes: { prefix } })
  await server.start()
  const { listener } = server
  return { url: server.info.uri, server: listener, close: () => server.stop({ timeout: 100 }) }
}

describe('healthPlugin keeps the contract of adapters in hapi', () => {
  for (const { name, run } of adapterContract({ start })) test(name, run)
})
