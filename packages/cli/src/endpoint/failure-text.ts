import { durationText } from '../command/duration.ts'

/**
 * What a failed request is called, in the words of the library's checks and of `hale probe`: never the error's own
 * message, which has addresses and what a server sent.
 */
export function failureText(error: unknown): string {
  const codes = codesOf(error)
  const known = codes.map((code) => texts[code]).find((text) => text !== undefined)
  if (known !== undefined) return known
  const [code] = codes
  if (code?.startsWith('ERR_SSL_') || code?.startsWith('ERR_TLS_')) return 'TLS handshake failed'
  if (code?.startsWith('HPE_')) return 'answer is not valid HTTP'
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

const untrusted = 'certificate not trusted (--cacert or NODE_EXTRA_CA_CERTS names its authority)'

const texts: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  EADDRNOTAVAIL: 'no local address available',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'name resolution failed',
  EPROTO: 'TLS handshake failed',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'TLS handshake timed out',
  CERT_HAS_EXPIRED: 'certificate expired',
  CERT_NOT_YET_VALID: 'certificate not yet valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate does not match the host name',
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  HALE_BODY_TOO_LARGE: 'the answer is larger than 1 MiB',
  HALE_BODY_CUT: 'the answer broke off',
  HALE_REDIRECTS: 'it redirects more than 5 times',
}
