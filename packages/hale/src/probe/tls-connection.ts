import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { chainEnds } from '../check-parts/sockets/chain-ends.ts'
import type { ProbeSettings } from './probe-options.ts'
import type { Place } from './probe-target.ts'

// Imported, it would read every certificate that Node trusts, to be there for who asks for them.
const { connect } = process.getBuiltinModule('node:tls')
const { isIP } = process.getBuiltinModule('node:net')

const dayMs = 86_400_000

/** Opens a TLS connection; certificate and name are looked at unless `insecure` says otherwise. */
export function openTls(
  at: Place,
  protocol: 'http/1.1' | 'h2' | undefined,
  { insecure, servername, ca, cert, key }: ProbeSettings,
): TLSSocket {
  const host = 'host' in at ? at.host : 'localhost'
  // An address cannot be asked for by TLS; its certificate is compared with it all the same.
  const name = servername ?? (isIP(host) === 0 ? host : undefined)
  const options: ConnectionOptions = {
    ...at,
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: what is not looked at has to be asked for here.
    rejectUnauthorized: !insecure,
    ...(name !== undefined && { servername: name }),
    ...(protocol !== undefined && { ALPNProtocols: [protocol] }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  }
  return connect(options)
}

/**
 * Days until the first certificate that the server sent expires: an intermediate one that does breaks as much. Undefined
 * where it sent none, as by ciphers that do without.
 */
export function daysLeft(socket: TLSSocket): number | undefined {
  const ends = chainEnds(socket)
  if (ends.length === 0) return undefined
  return Math.floor(((Math.min(...ends) - Date.now()) / dayMs) * 10) / 10
}
