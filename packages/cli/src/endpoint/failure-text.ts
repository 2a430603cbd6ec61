import { durationText } from '../command/duration.ts'

/** What a failed request is called: never the error's own message, which has addresses and what a server sent. */
export function failureText(error: unknown): string {
  const codes = codesOf(error)
  const known = codes.map((code) => texts[code]).find((text) => text !== undefined)
  if (known !== undefined) return known
  const [code] = codes
  if (code?.startsWith('ERR_SSL_') || code?.startsWith('ERR_TLS_')) return 'TLS failed'
  if (code?.startsWith('HPE_')) return 'the answer is no HTTP'
  return 'the request failed'
}

export function timeoutText(timeoutMs: number): string {
  return `timed out after ${durationText(timeoutMs)}`
}

/** That of the error, and of those within it: one for each address that was tried. */
function codesOf(error: unknown): readonly string[] {
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: unknown }
  const own = typeof code === 'string' ? [code] : []
  return Array.isArray(errors) ? [...own, ...errors.flatMap(codesOf)] : own
}

const untrusted = 'the certificate is not trusted (--cacert or NODE_EXTRA_CA_CERTS names its authority)'

const texts: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  EADDRNOTAVAIL: 'address not available',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be resolved',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  HALE_BODY_TOO_LARGE: 'the answer is larger than 1 MiB',
  HALE_BODY_CUT: 'the answer broke off',
  HALE_REDIRECTS: 'it redirects more than 5 times',
}
