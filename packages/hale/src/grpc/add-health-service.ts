import { logSafely } from '../core/logger.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { beforeShutdown, type GrpcServer } from './grpc-server.ts'
import { type GrpcHealthOptions, grpcSettings } from './grpc-settings.ts'
import { healthDefinition } from './health-definition.ts'
import type { CheckRequest } from './messages.ts'
import {
  askStatus,
  SERVICE_UNKNOWN,
  type ServingStatus,
  serviceNames,
  subjectOf,
  type WatchedHealth,
} from './serving-status.ts'
import type { GrpcStatus, WatchCall } from './watch-stream.ts'
import { Watches } from './watches.ts'

/** The health service of a gRPC server. */
export interface GrpcHealthService extends AsyncDisposable {
  /** How many Watch calls are open. */
  readonly watches: number
  /** Takes the service off the server again and ends every Watch. */
  dispose(): Promise<void>
}

type Respond<Response> = (error: GrpcStatus | null, response?: Response) => void

const notFound: GrpcStatus = { code: 5, details: 'no service of this name' }
const internal: GrpcStatus = { code: 13, details: 'the status could not be found out' }
const tooManyWatches: GrpcStatus = { code: 8, details: 'too many open Watch calls' }
const tooManyNames: GrpcStatus = { code: 8, details: 'too many names to list' }

/** As of Go's server. */
const mostListed = 100

/**
 * Adds `grpc.health.v1.Health` to a server of `@grpc/grpc-js`: Check, Watch and List. The names are `""` (readiness),
 * `liveness`, `readiness`, `startup`, and each group and check. UP and DEGRADED are SERVING. Check and List run checks
 * whose results have aged; a Watch refreshes every five seconds and sends changes alone, at once.
 *
 * From `health.drain()` on every name but `liveness` and `startup` is NOT_SERVING, and open Watches end. They also end
 * when the server's `tryShutdown` is called, which would wait for them for ever.
 *
 * @throws ConfigurationError with every problem of the options, or when the server has a health service already.
 *
 * @example
 * ```ts
 * import { Server } from '@grpc/grpc-js'
 * import { addHealthService } from 'hale/grpc'
 *
 * const server = new Server()
 * addHealthService(server, health)
 * ```
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
export function addHealthService(
  server: GrpcServer,
  health: WatchedHealth,
  options?: GrpcHealthOptions,
): GrpcHealthService {
  const { refreshMs, maxWatches } = grpcSettings(server, health, options)
  const watches = new Watches(health, refreshMs)

  const failed = (respond: Respond<never>) => (err: unknown) => {
    logSafely(health.logger, 'error', 'the registry could not be asked', { err })
    respond(internal)
  }

  const implementation = {
    Check({ request }: { readonly request: CheckRequest }, respond: Respond<ServingStatus>): void {
      const told = (status: ServingStatus): void =>
        status === SERVICE_UNKNOWN ? respond(notFound) : respond(null, status)
      settle(() => askStatus(health, subjectOf(request.service)), told, failed(respond))
    },

    Watch(call: WatchCall): void {
      if (watches.count < maxWatches) watches.open(subjectOf(call.request.service), call)
      else call.emit('error', tooManyWatches)
    },

    List(_call: unknown, respond: Respond<ReadonlyMap<string, ServingStatus>>): void {
      const ask = async (): Promise<void> => {
        const names = serviceNames(health)
        if (names.length > mostListed) return respond(tooManyNames)
        const statuses = await Promise.all(names.map((name) => askStatus(health, subjectOf(name))))
        // One that was removed meanwhile is none any more.
        respond(null, new Map(entries(names, statuses)))
      }
      ask().catch(failed(respond))
    },
  }

  try {
    server.addService(healthDefinition as never, implementation as never)
  } catch (error) {
    const found = error instanceof Error ? error.message : 'it refuses the service'
    throw new ConfigurationError('addHealthService', [
      `server: ${found} Add one health service to a server, and remove any other implementation of it`,
    ])
  }
  const release = beforeShutdown(server, () => watches.close())
  const dispose = async (): Promise<void> => {
    release()
    watches.close()
    server.removeService(healthDefinition as never)
  }
  return {
    get watches() {
      return watches.count
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  }
}

/** Without a promise where there is none: a fresh result costs no turn of the loop. */
function settle<T>(
  work: () => T | Promise<T>,
  told: (value: T) => void,
  failed: (error: unknown) => void,
): void {
  try {
    const value = work()
    if (value instanceof Promise) value.then(told).catch(failed)
    else told(value)
  } catch (error) {
    failed(error)
  }
}

function* entries(
  names: readonly string[],
  statuses: readonly ServingStatus[],
): Iterable<readonly [string, ServingStatus]> {
  for (const [index, name] of names.entries()) {
    const status = statuses[index]
    if (status !== undefined && status !== SERVICE_UNKNOWN) yield [name, status]
  }
}
