// @ts-check
import 'reflect-metadata'
import { Controller, Get, Header, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { HealthModule } from 'hale/nest'
import { handlerOptions, health } from '../workload/hale-registry.mjs'
import { bodies, moreHeaders, paths } from './bodies.mjs'

class BareController {
  live() {
    return bodies.get(paths.live)
  }

  ready() {
    return bodies.get(paths.ready)
  }
}

// Decorators are called as functions, since Node runs these files as they are.
for (const probe of /** @type {const} */ (['live', 'ready'])) {
  const descriptor = /** @type {PropertyDescriptor} */ (
    Object.getOwnPropertyDescriptor(BareController.prototype, probe)
  )
  Get(paths[probe])(BareController.prototype, probe, descriptor)
  for (const [name, value] of Object.entries({ 'content-type': 'application/json', ...moreHeaders }))
    Header(name, value)(BareController.prototype, probe, descriptor)
}
Controller()(BareController)

class BareModule {}
Module({ controllers: [BareController] })(BareModule)

class ServiceModule {}
Module({ imports: [HealthModule.forRoot({ health, ...handlerOptions })] })(ServiceModule)

/** @param {boolean} withHale */
export function serve(withHale) {
  return serveNest(NestFactory.create(withHale ? ServiceModule : BareModule, { logger: false }))
}

/** @param {boolean} withHale */
export function serveOnFastify(withHale) {
  const module = withHale ? ServiceModule : BareModule
  return serveNest(NestFactory.create(module, new FastifyAdapter(), { logger: false }))
}

/** @param {Promise<import('@nestjs/common').INestApplication>} creating */
async function serveNest(creating) {
  const app = await creating
  await app.listen(0, '127.0.0.1')
  return app.getHttpServer()
}
