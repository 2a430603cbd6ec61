import { type ClientOf, clientCheck, messageOf } from '../check-parts/asking/client-check.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { certificateText } from '../check-parts/sockets/certificate-text.ts'
import {
  decodeServingStatus,
  encodeHealthRequest,
  grpcFailureText,
  healthCheckPath,
  servingStatus,
} from '../check-parts/sockets/grpc-health.ts'
import type { CheckContext, CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'
import { textOfCode } from '../errors/vocabulary.ts'

export type { ClientOf }

/** A client of `@grpc/grpc-js`: any generated one, for whichever service, or a plain `Client`. */
export interface GrpcClient {
  makeUnaryRequest<Request, Response>(
    method: string,
    serialize: (value: Request) => Buffer,
    deserialize: (bytes: Buffer) => Response,
    argument: Request,
    callback: (error: GrpcFailure | null, value?: Response) => void,
  ): GrpcCall
}

/** What a call fails with. */
export interface GrpcFailure {
  readonly code: number
  readonly details: string
}

/** A call under way. */
export interface GrpcCall {
  cancel(): void
}

/** Options of `grpc`. */
export interface GrpcCheckOptions extends DependencyCheckOptions {
  /**
   * The name that the server is asked for: `orders.v1.Orders`, or for the probes of hale `readiness`.
   * @default '', the server as a whole
   */
  readonly service?: string
}

/**
 * Is another service well, as its health service says (`grpc.health.v1.Health/Check`)? Takes any client that the
 * application has for that server, since all calls of a client go over its channel, or a function that returns the
 * current one.
 *
 * UP `serving`. DOWN `not serving`, `status unknown`, `service not known to the server`, `no health service`,
 * `unavailable`, `connection refused`, `certificate expired`, `authentication failed`, … No data.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 *
 * @example
 * ```ts
 * import { Client, credentials } from '@grpc/grpc-js'
 * import { createHealth } from 'hale'
 * import { grpc } from 'hale/checks/grpc'
 *
 * const orders = new Client('orders.internal:50051', credentials.createInsecure())
 * const health = createHealth({ checks: { orders: grpc(orders, { service: 'orders.v1.Orders' }) } })
 * ```
 */
export function grpc(
  client: ClientOf<GrpcClient>,
  options: GrpcCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const { service, ...rest } = problems.object('options', options) as GrpcCheckOptions
  const name = problems.string('service', service) ?? ''
  const request = encodeHealthRequest(name)
  return clientCheck<GrpcClient>({
    client,
    expected: 'a client of @grpc/grpc-js',
    isClient: (value): value is GrpcClient => hasMethod(value, 'makeUnaryRequest'),
    problems,
    options: rest,
    ownOptions: ['service'],
    textOf: textOfFailure,
    ask: async (current, context) => judged(await call(current, request, context)),
  })
}

function call(client: GrpcClient, request: Buffer, { signal }: CheckContext): Promise<number> {
  return new Promise((resolve, reject) => {
    // An object, since grpc-js takes an argument that is falsy for none.
    const made = client.makeUnaryRequest(
      healthCheckPath,
      () => request,
      decodeServingStatus,
      {},
      (error, status) => {
        signal.removeEventListener('abort', onAbort)
        if (error === null) resolve(status ?? 0)
        else reject(error)
      },
    )
    const onAbort = (): void => made.cancel()
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

function judged(status: number): Outcome {
  const { serving, text } = servingStatus(status)
  return serving ? up(text) : down(text)
}

function textOfFailure(error: unknown): string | undefined {
  // A closed client throws, and with no code.
  if (messageOf(error) === 'Channel has been shut down') return 'client closed'
  const { code, details } = (error ?? {}) as Partial<GrpcFailure>
  if (typeof code !== 'number') return undefined
  // Why there is no connection is in its details alone, amid addresses: of them only a known code is taken.
  const reason = code === 14 && typeof details === 'string' ? reasonIn(details) : undefined
  return reason ?? grpcFailureText(code)
}

function reasonIn(details: string): string | undefined {
  const code = /\b(E[A-Z]{3,20}|[A-Z_]*CERT[A-Z_]*)\b/.exec(details)?.[1]
  const known = code === undefined ? undefined : textOfCode(code)
  return known ?? certificateText(details)
}
