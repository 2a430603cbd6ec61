// @ts-check
import 'reflect-metadata'
import { Controller, Get, Inject, Module } from '@nestjs/common'
import { HealthCheck, HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus'
import { questions } from './questions.mjs'
import { scenario } from './scenario.mjs'

class HealthController {
  /**
   * @param {HealthCheckService} health
   * @param {HealthIndicatorService} indicators
   */
  constructor(health, indicators) {
    this.health = health
    this.indicators = indicators
  }

  live() {
    return this.health.check([])
  }

  ready() {
    const attempts = questions.map(([name, ask]) => this.attempt.bind(this, name, ask))
    return this.health.check(attempts)
  }

  /**
   * @param {string} name
   * @param {() => Promise<void>} ask
   */
  attempt(name, ask) {
    const attempt = this.indicators.check(name).attempt(ask)
    return scenario.guarded ? attempt.withTimeout(500).cacheFor(1000) : attempt
  }
}

// Decorators are called as functions, since Node runs these files as they are.
Inject(HealthCheckService)(HealthController, undefined, 0)
Inject(HealthIndicatorService)(HealthController, undefined, 1)
for (const probe of /** @type {const} */ (['live', 'ready'])) {
  const descriptor = /** @type {PropertyDescriptor} */ (
    Object.getOwnPropertyDescriptor(HealthController.prototype, probe)
  )
  Get(probe)(HealthController.prototype, probe, descriptor)
  HealthCheck()(HealthController.prototype, probe, descriptor)
}
Controller('health')(HealthController)

export class HealthModule {}
Module({ imports: [TerminusModule.forRoot({ logger: false })], controllers: [HealthController] })(
  HealthModule,
)

export const paths = { live: '/health/live', ready: '/health/ready' }
