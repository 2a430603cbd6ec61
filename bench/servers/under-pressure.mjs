// @ts-check
// One status route is all it has: liveness where the scenario has no checks, else readiness.

import underPressure from '@fastify/under-pressure'
import fastify from 'fastify'
import { announce, portOf } from '../workload/parent-link.mjs'
import { questions } from '../workload/questions.mjs'

async function askAll() {
  const answers = questions.map(async ([name, ask]) => {
    await ask()
    return [name, { status: 'up' }]
  })
  return { details: Object.fromEntries(await Promise.all(answers)) }
}

const schema = { details: { type: 'object', additionalProperties: true } }
const app = fastify()
await app.register(underPressure, {
  ...(questions.length > 0 && { healthCheck: askAll }),
  exposeStatusRoute: { url: '/health', routeOpts: {}, routeResponseSchemaOpts: schema },
})
await app.listen({ port: 0, host: '127.0.0.1' })
announce(portOf(app.server), { live: '/health', ready: '/health' })
