import { type ProbeOptions, settingsOf } from './probe-options.ts'
import type { ProbeResult } from './probe-result.ts'
import { readTarget } from './probe-target.ts'
import { runProbe } from './run-probe.ts'

/**
 * Asks once whether something is well: by HTTP as a kubelet does, by gRPC's health protocol, or whether something
 * listens. It opens its own connection and leaves nothing behind. What is not well is a result, not an error.
 *
 * - `http://host:port/path`, `https://…`, `:8080/path` on this host; without a scheme it is http. Statuses 200 to 399 are well, redirects are
 *   followed on the same host. A health body that says so is DEGRADED.
 * - `grpc://host:port/service`, `grpcs://…`: `grpc.health.v1.Health/Check`; without a service the server as a whole.
 * - `tcp://host:port`, `tls://host:port`, `unix:/run/app.sock`: a connection, and with `expectBody` what is said on it.
 * - `unix:/run/app.sock:/health/ready`, or `socketPath` with any URL: HTTP over a Unix socket.
 *
 * @throws ConfigurationError with every problem of target and options.
 *
 * @example
 * ```ts
 * import { probe } from 'hale/probe'
 *
 * const { healthy, message } = await probe('http://127.0.0.1:8080/health/ready', { waitMs: 30_000 })
 * console.log(healthy, message) // true, HTTP 200
 * ```
 */
export async function probe(target: string | URL, options: ProbeOptions = {}): Promise<ProbeResult> {
  // Later, so that a command line that has read its flags, and cannot be wrong any more, does without.
  const { checkOptions } = await import('./check-options.ts')
  const settings = checkOptions(target, options)
  const read = readTarget(String(target), settings.socketPath)
  // Told of by now.
  if ('problem' in read) throw new TypeError(read.problem)
  return runProbe(read, settingsOf(settings))
}
