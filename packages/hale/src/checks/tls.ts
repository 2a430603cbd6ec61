import { isIP } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { limitsOf, rounded } from '../check-parts/judging/limits-of.ts'
import { graded, type Thresholds } from '../check-parts/judging/thresholds.ts'
import { type Address, type AddressOf, atAddress, checkAddress } from '../check-parts/sockets/address.ts'
import { chainEnds } from '../check-parts/sockets/chain-ends.ts'
import { farewell } from '../check-parts/sockets/farewell.ts'
import { type CheckContext, type CheckDefinition, check, type DependencyCheckOptions } from '../core/check.ts'
import { withDefaults } from '../core/check-defaults.ts'
import { down, type Outcome } from '../core/outcome.ts'
import { kindOf, Problems } from '../errors/problems.ts'

export type { Address, AddressOf, Thresholds }

/** Options of `tls`. */
export interface TlsCheckOptions extends DependencyCheckOptions {
  /**
   * Days until the first certificate of the chain expires; less is worse.
   * @default { degradedAt: 14 }
   */
  readonly daysLeft?: Thresholds
  /**
   * The name that the certificate must be for, and that the server is asked for (SNI).
   * @default the host
   */
  readonly servername?: string
  /** Whom to trust in place of the authorities that Node trusts; PEM. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** A certificate of one's own, for servers that want one; PEM. */
  readonly cert?: string | Uint8Array
  /** Its key; PEM. */
  readonly key?: string | Uint8Array
  /**
   * As of every check, but a good result serves for a minute: no certificate expires unannounced.
   * @default { up: 60000, down: 1000 }
   */
  readonly maxAgeMs?: { readonly up?: number; readonly down?: number }
}

const dayMs = 86_400_000

/**
 * Is the certificate valid, for this name, from somebody we trust, and for how long? Looks at each certificate that
 * the server sends: an intermediate one that expires breaks as much. Each run makes a handshake and closes the
 * connection.
 *
 * UP `certificate valid`. DEGRADED, or DOWN if you say from where on, `certificate expires soon`. DOWN
 * `certificate expired`, `certificate not trusted`, `certificate does not match the host name`,
 * `TLS handshake failed`, … Data: `daysLeft`, the least of the chain, and `certificateDaysLeft` of the server's own.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { tls } from 'hale/checks/tls'
 *
 * const health = createHealth({
 *   checks: { certificate: tls({ host: 'orders.example', port: 443 }, { daysLeft: { degradedAt: 21, downAt: 2 } }) },
 * })
 * ```
 */
export function tls(address: AddressOf, options: TlsCheckOptions = {}): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as TlsCheckOptions
  const { daysLeft, servername, ca, cert, key, ...rest } = given
  checkAddress(address, problems)
  if (isIP(problems.string('servername', servername) ?? '') !== 0)
    problems.add('servername', 'expected a host name, got an address, which TLS has no way to ask for')
  checkPem({ ca, cert, key }, problems)
  const limits = limitsOf(problems, 'daysLeft', daysLeft, {
    unit: 'days',
    worse: 'less',
    defaults: { degradedAt: 14 },
  })
  const ask = async ({ host, port }: Address, signal: AbortSignal): Promise<Outcome> => {
    const name = servername ?? (isIP(host) === 0 ? host : undefined)
    const socket = opened({
      host,
      port,
      // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: this is the question.
      rejectUnauthorized: true,
      ...(name !== undefined && { servername: name }),
      ...(ca !== undefined && { ca: ca as string }),
      ...(cert !== undefined && { cert: cert as string }),
      ...(key !== undefined && { key: key as string }),
    })
    if (socket === undefined) return down('own certificate or key not usable')
    const ends = await endsAfterHandshake(socket, signal)
    const certificateDaysLeft = days(ends[0])
    const least = Math.min(...ends.map(days))
    const grade = limits.grade(least)
    return graded(grade, grade === 'UP' ? 'certificate valid' : 'certificate expires soon', {
      daysLeft: rounded(least, 1),
      certificateDaysLeft: rounded(certificateDaysLeft, 1),
    })
  }
  const run = ({ signal }: CheckContext): Promise<Outcome> =>
    atAddress(address, signal, (current) => ask(current, signal))
  const made = check(run, withDefaults(rest, { maxAgeMs: { up: 60_000 } }))
  const ownOptions = ['daysLeft', 'servername', 'ca', 'cert', 'key']
  return { ...made, ownOptions, problems: problems.found }
}

/** A path in place of what the file holds would fail as if the server's handshake did. */
function checkPem(given: Readonly<Record<'ca' | 'cert' | 'key', unknown>>, problems: Problems): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    const list: readonly unknown[] = name === 'ca' && Array.isArray(value) ? value : [value]
    if (list.length === 0 || !list.every(isPem))
      problems.add(name, `expected PEM (-----BEGIN …), got ${kindOf(value)}`)
  }
  if ((given.cert === undefined) !== (given.key === undefined))
    problems.add(
      given.key === undefined ? 'key' : 'cert',
      'expected too, since a certificate goes with its key',
    )
}

function isPem(value: unknown): boolean {
  const isBytes = value instanceof Uint8Array
  return (isBytes || typeof value === 'string') && Buffer.from(value as string).includes('-----BEGIN ')
}

/** Undefined when what was given cannot be used. */
function opened(options: ConnectionOptions): TLSSocket | undefined {
  try {
    return connect(options)
  } catch {
    return undefined
  }
}

function days(end: number | undefined): number {
  return ((end ?? Date.now()) - Date.now()) / dayMs
}

/** When each certificate of the chain ends, the server's own first, after a handshake that was in order. */
function endsAfterHandshake(socket: TLSSocket, signal: AbortSignal): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', onAbort)
      socket.on('error', () => {}).destroy()
      reject(error)
    }
    const onAbort = (): void => fail(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      signal.removeEventListener('abort', onAbort)
      resolve(chainEnds(socket))
      farewell(socket)
    })
  })
}
