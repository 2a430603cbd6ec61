// @ts-check
// The baseline: node:http with a body made once and no framework, as most services write it by hand.
import http from 'node:http'
import { announce, portOf } from '../workload/parent-link.mjs'
import { scenario } from '../workload/scenario.mjs'

const paths = { live: '/health/live', ready: '/health/ready' }
const bodies = new Map([
  [paths.live, scenario.liveBody ?? '{"status":"UP"}'],
  [paths.ready, scenario.readyBody ?? '{"status":"UP"}'],
])
const lengths = new Map([...bodies].map(([path, body]) => [path, Buffer.byteLength(body)]))

const server = http.createServer((request, response) => {
  const path = request.url ?? ''
  const body = bodies.get(path)
  const length = lengths.get(path)
  if (body === undefined || length === undefined) {
    response.statusCode = 404
    response.end()
    return
  }
  response.setHeader('content-type', 'application/json')
  response.setHeader('content-length', length)
  response.end(body)
})

server.listen(0, '127.0.0.1', () => announce(portOf(server), paths))
