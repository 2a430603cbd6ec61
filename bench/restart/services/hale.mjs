// @ts-check
import http from 'node:http'
import { check, createHealth } from 'hale'
import { healthListener } from 'hale/node'
import { gracefulShutdown } from 'hale/shutdown'
import { answer, drainDelayMs, port, serving } from '../app.mjs'

const health = createHealth({ checks: { database: check(async () => {}) } })
const answerHealth = healthListener(health)
const server = http.createServer((request, response) => {
  if (!answerHealth(request, response)) answer(request, response)
})
gracefulShutdown(health, { servers: [server], drainDelayMs })
server.listen(port, '127.0.0.1', serving)
