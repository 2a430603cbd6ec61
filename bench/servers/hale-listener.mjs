// @ts-check
// hale in front of an existing node:http server.
import http from 'node:http'
import { healthListener } from 'hale/node'
import { handlerOptions, health, paths } from '../workload/hale-registry.mjs'
import { announce, portOf } from '../workload/parent-link.mjs'

const listener = healthListener(health, handlerOptions)
const server = http.createServer((request, response) => {
  if (listener(request, response)) return
  response.statusCode = 404
  response.end()
})

server.listen(0, '127.0.0.1', () => announce(portOf(server), paths))
