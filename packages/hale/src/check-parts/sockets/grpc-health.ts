// By name, as the bundler keeps files that name Node's modules apart: hale-probe loads this one without the others.
import type { Buffer as Bytes } from 'node:buffer'

/** The call of gRPC's health protocol that asks once. */
export const healthCheckPath = '/grpc.health.v1.Health/Check'

/** The status codes that say more than that the call failed. */
const failures: Readonly<Record<number, string>> = {
  4: 'timed out',
  5: 'service not known to the server',
  7: 'permission denied',
  8: 'resource exhausted',
  12: 'no health service',
  13: 'internal error',
  14: 'unavailable',
  16: 'authentication failed',
}

const notServing: Readonly<Record<number, string>> = {
  0: 'status unknown',
  2: 'not serving',
  3: 'service not known to the server',
}
const serving = 1

/** A safe text for the code that a call ended with. */
export function grpcFailureText(code: number): string {
  return failures[code] ?? 'call failed'
}

/** A safe text for a ServingStatus, and whether it is the one that is well. */
export function servingStatus(status: number): { readonly serving: boolean; readonly text: string } {
  return status === serving
    ? { serving: true, text: 'serving' }
    : { serving: false, text: notServing[status] ?? 'status unknown' }
}

/** HealthCheckRequest { string service = 1 } of protobuf. */
export function encodeHealthRequest(service: string): Bytes {
  const bytes = Buffer.from(service, 'utf8')
  const length: number[] = []
  let rest = bytes.length
  for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80)
  return Buffer.concat([Buffer.from([(1 << 3) | 2, ...length, rest]), bytes])
}

/** HealthCheckResponse { ServingStatus status = 1 }; what is left out is 0, and other fields there are none. */
export function decodeServingStatus(message: Uint8Array): number {
  return message[0] === 1 << 3 ? (message[1] ?? 0) : 0
}
