// @ts-check
import http from 'node:http'
import { createTerminus } from '@godaddy/terminus'
import { announce, portOf } from '../workload/parent-link.mjs'
import { questions } from '../workload/questions.mjs'

const paths = { live: '/health/live', ready: '/health/ready' }

async function askAll() {
  const answers = questions.map(async ([name, ask]) => {
    await ask()
    return [name, { status: 'up' }]
  })
  return Object.fromEntries(await Promise.all(answers))
}

const server = http.createServer((_request, response) => {
  response.statusCode = 404
  response.end()
})
createTerminus(server, { healthChecks: { [paths.live]: async () => {}, [paths.ready]: askAll } })

server.listen(0, '127.0.0.1', () => announce(portOf(server), paths))
