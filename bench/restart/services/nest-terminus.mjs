// @ts-check
import 'reflect-metadata'
import { Controller, Get, Inject, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus'
import { drainDelayMs, port, serving, work } from '../app.mjs'

class HealthController {
  /** @param {HealthCheckService} health */
  constructor(health) {
    this.health = health
  }

  ready() {
    return this.health.check([])
  }
}

// Decorators are called as functions, since Node runs these files as they are.
Inject(HealthCheckService)(HealthController, undefined, 0)
const descriptor = /** @type {PropertyDescriptor} */ (
  Object.getOwnPropertyDescriptor(HealthController.prototype, 'ready')
)
Get('ready')(HealthController.prototype, 'ready', descriptor)
HealthCheck()(HealthController.prototype, 'ready', descriptor)
Controller('health')(HealthController)

class ServiceModule {}
Module({
  imports: [TerminusModule.forRoot({ logger: false, gracefulShutdownTimeoutMs: drainDelayMs })],
  controllers: [HealthController],
})(ServiceModule)

const app = await NestFactory.create(ServiceModule, { logger: false })
app.enableShutdownHooks(['SIGTERM'])
app.use(
  (
    /** @type {import('node:http').IncomingMessage} */ request,
    /** @type {import('node:http').ServerResponse} */ response,
    /** @type {() => void} */ next,
  ) => {
    const text = work(request)
    if (text === undefined) next()
    else void text.then((done) => response.end(done))
  },
)
await app.listen(port, '127.0.0.1')
serving()
