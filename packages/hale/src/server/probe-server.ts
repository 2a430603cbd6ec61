import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { longestTimerMs } from '../core/clock.ts'
import type { HealthSource } from '../core/health.ts'
import { logSafely } from '../core/logger.ts'
import { forMethod } from '../http/exchange.ts'
import { type HealthHandler, handlerOf } from '../http/handle.ts'
import type { HandlerSettings } from '../http/handler-settings.ts'
import { answerNode, send } from '../http/node-exchange.ts'
import { notFound } from '../http/problem.ts'
import { closer } from './closing.ts'
import { withFastPath } from './fast-path.ts'
import { listening } from './listening.ts'

// Imported as a module, all exports of `node:http` would be evaluated, undici among them: half of the time that
// importing this takes on Node.js 22 and 24.
const { createServer } = process.getBuiltinModule('node:http')

/** A server that has nothing but health endpoints. */
export interface ProbeServer {
  readonly server: Server
  readonly address: AddressInfo
  readonly close: () => Promise<void>
  /** Answers by other settings from the next request on. */
  readonly reconfigure: (settings: HandlerSettings) => void
}

const graceMs = 2000
const silenceMs = 10_000

/** Serves a registry's endpoints on a port of their own; rejects as `listen` does when the port is taken. */
export async function probeServer(
  health: HealthSource,
  settings: HandlerSettings,
  port: number,
  host: string | undefined,
): Promise<ProbeServer> {
  let current = handlerOf(health, settings)
  const handle: HealthHandler = (request) => current(request)
  const server = createServer((request, response) => {
    if (!answerNode(handle, request, response)) send(response, forMethod(notFound, request.method ?? 'GET'))
  })
  // How Node frames an answer of 205, which has no length, is its own affair.
  const framed = !health.groups.some(({ statusCodes = {} }) => Object.values(statusCodes).includes(205))
  if (framed) withFastPath(server, handle)
  const address = await listening(server, port, host)
  // Such as too many open files: the next connection may be accepted again, and the service goes on.
  server.on('error', (error) =>
    logSafely(health.logger, 'error', 'the health server reported an error', { err: error }),
  )
  const patienceMs = patienceOf(health)
  // A client that sends requests and never reads the answers would keep all of them in memory, for ever.
  server.setTimeout(Math.max(patienceMs, silenceMs))
  const reconfigure = (others: HandlerSettings): void => {
    current = handlerOf(health, others)
  }
  return { server, address, close: closer(server, patienceMs), reconfigure }
}

/** How long closing such a server takes at most. */
export function patienceOf(health: Pick<HealthSource, 'groups'>): number {
  const longestBudgetMs = Math.max(...health.groups.map(({ budgetMs }) => budgetMs))
  return Math.min(longestBudgetMs + graceMs, longestTimerMs)
}
