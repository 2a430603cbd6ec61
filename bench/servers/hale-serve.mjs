// @ts-check
// hale on a port of its own.
import { serveHealth } from 'hale/node'
import { handlerOptions, health, paths } from '../workload/hale-registry.mjs'
import { announce } from '../workload/parent-link.mjs'

const server = await serveHealth(health, { ...handlerOptions, port: 0, host: '127.0.0.1' })
announce(Number(new URL(server.url).port), paths)
