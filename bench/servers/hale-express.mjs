// @ts-check
// hale as Express middleware.
import express from 'express'
import { healthMiddleware } from 'hale/express'
import { handlerOptions, health, paths } from '../workload/hale-registry.mjs'
import { announce, portOf } from '../workload/parent-link.mjs'

const app = express()
app.use(healthMiddleware(health, handlerOptions))

const server = app.listen(0, '127.0.0.1', () => announce(portOf(server), paths))
