import { isIP } from 'node:net'
import { type ConnectionOptions, connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import type { ProbeSettings } from './probe-options.ts'
import type { Place } from './probe-target.ts'

const dayMs = 86_400_000
const longestChain = 10

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

/** Days until the first certificate that the server sent expires: an intermediate one that does breaks as much. */
export function daysLeft(socket: TLSSocket): number {
  let soonest = Infinity
  let at: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  const seen = new Set<string>()
  // The root is its own issuer.
  while (at?.valid_to !== undefined && !seen.has(at.fingerprint256) && seen.size < longestChain) {
    seen.add(at.fingerprint256)
    soonest = Math.min(soonest, Date.parse(at.valid_to))
    at = at.issuerCertificate
  }
  return Math.floor(((soonest - Date.now()) / dayMs) * 10) / 10
}
