import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'

const longestChain = 10

/** When each certificate that the server sent ends, its own first, in milliseconds since the epoch. */
export function chainEnds(socket: Pick<TLSSocket, 'getPeerCertificate'>): readonly number[] {
  const ends: number[] = []
  let at: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  const seen = new Set<string>()
  // The root is its own issuer.
  while (at?.valid_to !== undefined && !seen.has(at.fingerprint256) && ends.length < longestChain) {
    seen.add(at.fingerprint256)
    ends.push(Date.parse(at.valid_to))
    at = at.issuerCertificate
  }
  return ends
}
