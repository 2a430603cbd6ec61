// @ts-check
// Its probes have a server of their own, which stands before the service as the balancers' way to ask it.
import http from 'node:http'
import { createLightship } from 'lightship'
import { answer, drainDelayMs, port, serving } from '../app.mjs'

const lightship = await createLightship({
  detectKubernetes: false,
  port: port + 1000,
  shutdownDelay: drainDelayMs,
  gracefulShutdownTimeout: 10_000,
})
const server = http.createServer(answer)
lightship.registerShutdownHandler(() => new Promise((resolve) => server.close(() => resolve())))
server.listen(port, '127.0.0.1', () => {
  lightship.signalReady()
  serving()
})
