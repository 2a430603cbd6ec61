import { mysqlCodes } from './mysql-codes.ts'

/**
 * The fixed texts for error codes: whatever is thrown leaves the process as one of these or not at all.
 * Sources: libuv's error names, Node's DNS and TLS codes (OpenSSL verify results), undici and llhttp, postgres.js,
 * PostgreSQL appendix A (SQLSTATE), SQLite result codes.
 */
const codes: Readonly<Record<string, string>> = {
  // hale's own, of a check whose function calls through the circuit of another one.
  HALE_CALL_TIMEOUT: 'timed out',
  HALE_DEPENDENCY_DOWN: 'circuit open',

  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ECONNABORTED: 'connection aborted',
  EPIPE: 'connection closed',
  ENOTCONN: 'connection closed',
  ERR_STREAM_PREMATURE_CLOSE: 'connection closed',
  ETIMEDOUT: 'connection timed out',
  ESOCKETTIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'host unreachable',
  EHOSTDOWN: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENETDOWN: 'network unreachable',
  EADDRNOTAVAIL: 'no local address available',
  EADDRINUSE: 'address in use',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ENOMEM: 'out of memory',
  ENOBUFS: 'out of memory',
  ENOSPC: 'no space left',
  EDQUOT: 'no space left',
  EROFS: 'read-only file system',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'not found',
  ENOTDIR: 'not a directory',
  EIO: 'input/output error',
  EPROTO: 'TLS handshake failed',

  ENOTFOUND: 'host name not found',
  ENODATA: 'host name has no such record',
  EAI_AGAIN: 'name resolution failed',
  EAI_FAIL: 'name resolution failed',
  ESERVFAIL: 'name resolution failed',
  EREFUSED: 'name resolution failed',
  ETIMEOUT: 'name resolution timed out',
  EFORMERR: 'name resolution failed',
  ENOTIMP: 'name resolution failed',
  EBADRESP: 'name resolution failed',
  ECANCELLED: 'name resolution failed',
  EBADNAME: 'host name invalid',

  CERT_HAS_EXPIRED: 'certificate expired',
  CERT_NOT_YET_VALID: 'certificate not yet valid',
  CERT_REVOKED: 'certificate revoked',
  CERT_UNTRUSTED: 'certificate not trusted',
  CERT_REJECTED: 'certificate not trusted',
  CERT_CHAIN_TOO_LONG: 'certificate not trusted',
  CERT_SIGNATURE_FAILURE: 'certificate not trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate not trusted',
  INVALID_CA: 'certificate not trusted',
  HOSTNAME_MISMATCH: 'certificate does not match the host name',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate does not match the host name',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'TLS handshake timed out',

  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'timed out waiting for an answer',
  UND_ERR_BODY_TIMEOUT: 'timed out waiting for an answer',
  UND_ERR_SOCKET: 'connection closed',
  UND_ERR_DESTROYED: 'client closed',
  UND_ERR_CLOSED: 'client closed',
  UND_ERR_HEADERS_OVERFLOW: 'answer is not valid HTTP',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'answer is not valid HTTP',

  CONNECTION_CLOSED: 'connection closed',
  CONNECTION_DESTROYED: 'client closed',
  CONNECTION_ENDED: 'client closed',
  CONNECT_TIMEOUT: 'connection timed out',

  '28000': 'authentication failed',
  '28P01': 'authentication failed',
  '3D000': 'database not found',
  '42501': 'permission denied',
  '53100': 'no space left',
  '53200': 'out of memory',
  '53300': 'too many connections',
  '57014': 'query cancelled',
  '57P01': 'database shutting down',
  '57P02': 'database crashed',
  '57P03': 'database starting up or shutting down',
  '57P05': 'idle session timed out',
  '25006': 'database is read-only',
  '25P02': 'transaction aborted',
  '55P03': 'lock not available',

  SQLITE_ERROR: 'query rejected',
  SQLITE_PERM: 'permission denied',
  SQLITE_NOMEM: 'out of memory',
  SQLITE_BUSY: 'database locked',
  SQLITE_LOCKED: 'database locked',
  SQLITE_CANTOPEN: 'database cannot be opened',
  SQLITE_CORRUPT: 'database corrupt',
  SQLITE_NOTADB: 'database corrupt',
  SQLITE_READONLY: 'database is read-only',
  SQLITE_FULL: 'no space left',
  SQLITE_IOERR: 'input/output error',
  SQLITE_AUTH: 'permission denied',
  CLIENT_CLOSED: 'client closed',
  HRANA_WEBSOCKET_ERROR: 'connection failed',
  HRANA_CLOSED_ERROR: 'connection closed',

  ...mysqlCodes,
}

/** PostgreSQL's SQLSTATE classes, for the codes that have no text of their own. */
const sqlStateClasses: Readonly<Record<string, string>> = {
  '08': 'connection failed',
  '28': 'authentication failed',
  '3D': 'database not found',
  '40': 'transaction rolled back',
  '42': 'query rejected',
  '53': 'insufficient resources',
  '57': 'operator intervention',
  '58': 'database system error',
  XX: 'database internal error',
}

/** Families whose members are too many to list, and say no more to an operator than the family does. */
const families: readonly { readonly name: string; readonly pattern: RegExp; readonly text: string }[] = [
  { name: 'ERR_SSL', pattern: /^ERR_(SSL|OSSL|TLS)_[A-Z0-9_]{1,64}$/, text: 'TLS handshake failed' },
  { name: 'ER', pattern: /^ER_[A-Z0-9_]{1,64}$/, text: 'database error' },
  { name: 'HPE', pattern: /^HPE_[A-Z_]{1,64}$/, text: 'answer is not valid HTTP' },
]

/** What the vocabulary says of an error code. */
export interface KnownCode {
  readonly text: string
  /** The code as it may be shown: of a family only its name, since the rest could be anything. */
  readonly code: string
}

/** Looks an error code up; undefined when it is not of the vocabulary. */
export function knownCode(code: string): KnownCode | undefined {
  const listed = Object.hasOwn(codes, code) ? codes[code] : undefined
  if (listed !== undefined) return { text: listed, code }
  const family = families.find(({ pattern }) => pattern.test(code))
  if (family !== undefined) return { text: family.text, code: family.name }
  // Extended SQLite codes: SQLITE_IOERR_READ, SQLITE_BUSY_SNAPSHOT …
  const sqlite = /^(SQLITE_[A-Z]+)_[A-Z_]{1,40}$/.exec(code)?.[1]
  if (sqlite !== undefined) return knownCode(sqlite)
  const sqlState = /^(?=[0-9A-Z]*[0-9])[0-9A-Z]{5}$/.test(code) ? code.slice(0, 2) : ''
  const ofClass = Object.hasOwn(sqlStateClasses, sqlState) ? sqlStateClasses[sqlState] : undefined
  return ofClass === undefined ? undefined : { text: ofClass, code: `${sqlState}000` }
}

/** The fixed text of an error code; undefined when the code is not of the vocabulary. */
export function textOfCode(code: string): string | undefined {
  return knownCode(code)?.text
}
