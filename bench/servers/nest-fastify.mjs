// @ts-check
// @nestjs/terminus on Nest's faster platform.
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { HealthModule, paths } from '../workload/nest-health.mjs'
import { announce, portOf } from '../workload/parent-link.mjs'

const app = await NestFactory.create(HealthModule, new FastifyAdapter(), { logger: false })
await app.listen(0, '127.0.0.1')
announce(portOf(app.getHttpServer()), paths)
