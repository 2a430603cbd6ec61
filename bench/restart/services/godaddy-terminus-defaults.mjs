// @ts-check
import http from 'node:http'
import { createTerminus } from '@godaddy/terminus'
import { answer, port, serving } from '../app.mjs'

const server = http.createServer(answer)
createTerminus(server, { signal: 'SIGTERM', healthChecks: { '/health/ready': async () => {} } })
server.listen(port, '127.0.0.1', serving)
