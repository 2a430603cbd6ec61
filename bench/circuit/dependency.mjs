// @ts-check
// What the storm's callers call: it is killed and started again on the same port.
import http from 'node:http'
import { answerRunner } from '../workload/runner-line.mjs'

http
  .createServer((_, response) => response.end('well'))
  .listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 2000 }, () =>
    answerRunner('listening', () => 'nothing to ask'),
  )
