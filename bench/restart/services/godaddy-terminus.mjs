// @ts-check
// With the delay that its documentation shows for Kubernetes, and time enough to finish.
import http from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { createTerminus } from '@godaddy/terminus'
import { answer, drainDelayMs, port, serving } from '../app.mjs'

const server = http.createServer(answer)
createTerminus(server, {
  signal: 'SIGTERM',
  timeout: 10_000,
  beforeShutdown: () => delay(drainDelayMs),
  healthChecks: { '/health/ready': async () => {} },
})
server.listen(port, '127.0.0.1', serving)
