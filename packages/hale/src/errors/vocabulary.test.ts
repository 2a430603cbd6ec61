import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { processorMs } from '../../../../tests/processor-time.ts'
import { textOfCode } from './vocabulary.ts'

const families: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  socket: {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'connection reset',
    ECONNABORTED: 'connection aborted',
    EPIPE: 'connection closed',
    ETIMEDOUT: 'connection timed out',
    EHOSTUNREACH: 'host unreachable',
    ENETUNREACH: 'network unreachable',
    EMFILE: 'too many open files',
    ENOENT: 'not found',
    ENOTDIR: 'not a directory',
    EACCES: 'permission denied',
    ENOSPC: 'no space left',
    EROFS: 'read-only file system',
  },
  DNS: {
    ENOTFOUND: 'host name not found',
    EAI_AGAIN: 'name resolution failed',
    ESERVFAIL: 'name resolution failed',
    ETIMEOUT: 'name resolution timed out',
    ENODATA: 'host name has no such record',
  },
  TLS: {
    CERT_HAS_EXPIRED: 'certificate expired',
    CERT_NOT_YET_VALID: 'certificate not yet valid',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate not trusted',
    SELF_SIGNED_CERT_IN_CHAIN: 'certificate not trusted',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate not trusted',
    ERR_TLS_CERT_ALTNAME_INVALID: 'certificate does not match the host name',
    ERR_TLS_HANDSHAKE_TIMEOUT: 'TLS handshake timed out',
    EPROTO: 'TLS handshake failed',
    ERR_SSL_WRONG_VERSION_NUMBER: 'TLS handshake failed',
    ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'TLS handshake failed',
    ERR_OSSL_EVP_UNSUPPORTED: 'TLS handshake failed',
  },
  undici: {
    UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
    UND_ERR_HEADERS_TIMEOUT: 'timed out waiting for an answer',
    UND_ERR_BODY_TIMEOUT: 'timed out waiting for an answer',
    UND_ERR_SOCKET: 'connection closed',
    UND_ERR_CLOSED: 'client closed',
    UND_ERR_HEADERS_OVERFLOW: 'answer is not valid HTTP',
    HPE_INVALID_CONSTANT: 'answer is not valid HTTP',
    HPE_HEADER_OVERFLOW: 'answer is not valid HTTP',
  },
  'postgres.js': {
    CONNECTION_CLOSED: 'connection closed',
    CONNECTION_ENDED: 'client closed',
    CONNECT_TIMEOUT: 'connection timed out',
  },
  PostgreSQL: {
    '08000': 'connection failed',
    '08006': 'connection failed',
    '08P01': 'connection failed',
    '28000': 'authentication failed',
    '28P01': 'authentication failed',
    '3D000': 'database not found',
    '40001': 'transaction rolled back',
    '40P01': 'transaction rolled back',
    '42P01': 'query rejected',
    '42501': 'permission denied',
    '53300': 'too many connections',
    '53400': 'insufficient resources',
    '57014': 'query cancelled',
    '57P01': 'database shutting down',
    '57P03': 'database starting up or shutting down',
    '57000': 'operator intervention',
    '58030': 'database system error',
    XX000: 'database internal error',
    '25006': 'database is read-only',
    '25P02': 'transaction aborted',
  },
  MySQL: {
    ER_ACCESS_DENIED_ERROR: 'authentication failed',
    ER_DBACCESS_DENIED_ERROR: 'permission denied',
    ER_BAD_DB_ERROR: 'database not found',
    ER_CON_COUNT_ERROR: 'too many connections',
    ER_UNKNOWN_COM_ERROR: 'node not ready',
    ER_SERVER_SHUTDOWN: 'database shutting down',
    ER_NO_SUCH_TABLE: 'query rejected',
    ER_LOCK_WAIT_TIMEOUT: 'lock not available',
    ER_READ_ONLY_MODE: 'database is read-only',
    ER_CHECKREAD: 'database error',
    PROTOCOL_CONNECTION_LOST: 'connection closed',
    PROTOCOL_SEQUENCE_TIMEOUT: 'query timed out',
    HANDSHAKE_NO_SSL_SUPPORT: 'TLS not supported by the server',
  },
  SQLite: {
    SQLITE_ERROR: 'query rejected',
    SQLITE_ERROR_MISSING_COLLSEQ: 'query rejected',
    SQLITE_PERM: 'permission denied',
    SQLITE_BUSY: 'database locked',
    SQLITE_BUSY_SNAPSHOT: 'database locked',
    SQLITE_LOCKED_SHAREDCACHE: 'database locked',
    SQLITE_CANTOPEN: 'database cannot be opened',
    SQLITE_CANTOPEN_ISDIR: 'database cannot be opened',
    SQLITE_IOERR: 'input/output error',
    SQLITE_IOERR_SHORT_READ: 'input/output error',
    SQLITE_NOTADB: 'database corrupt',
    SQLITE_CORRUPT_VTAB: 'database corrupt',
    SQLITE_READONLY_DBMOVED: 'database is read-only',
    SQLITE_FULL: 'no space left',
    HRANA_WEBSOCKET_ERROR: 'connection failed',
    CLIENT_CLOSED: 'client closed',
  },
}

const unknown = [
  '',
  ' ',
  'econnrefused',
  'ECONNREFUSED ',
  ' ECONNREFUSED',
  'ECONNREFUSED\n',
  'constructor',
  'toString',
  '__proto__',
  'hasOwnProperty',
  'ERR_SSL_',
  'ERR_SSL_lower',
  'ERR_SSL_X\n',
  `ERR_SSL_${'A'.repeat(65)}`,
  'ERR_INVALID_ARG_TYPE',
  'HPE_',
  'HPE_lower',
  'ER_',
  'ER_lower',
  'SQLITE_',
  'SQLITE_NOSUCH_THING',
  'SQLITE_busy',
  'SQLITE_BUSY_SNAPSHOT\n',
  '0800',
  '080000',
  '08abc',
  '28P01\n',
  'XXXXX',
  '99999',
  '00000',
  '23505',
  'ABORT_ERR',
]

describe('textOfCode', () => {
  for (const [family, codes] of Object.entries(families)) {
    it.each(Object.entries(codes))(`explains ${family} %s as "%s"`, (code, text) => {
      expect(textOfCode(code)).toBe(text)
    })
  }

  it.each(unknown.map((code) => [JSON.stringify(code), code] as const))(
    'knows nothing of %s',
    (_shown, code) => {
      expect(textOfCode(code)).toBeUndefined()
    },
  )

  it('says nothing that depends on what it was given', () => {
    fc.assert(
      fc.property(fc.string(), (code) => {
        const text = textOfCode(code)
        expect(text === undefined || /^[A-Za-z/ -]{1,50}$/.test(text)).toBe(true)
      }),
    )
  })

  it('answers a hostile code of a megabyte as quickly as any other', () => {
    const hostile = [
      `ERR_SSL_${'A'.repeat(1e6)}`,
      `SQLITE_${'A_'.repeat(5e5)}`,
      'A'.repeat(1e6),
      '0'.repeat(1e6),
    ]
    const ask = (): void => {
      for (const code of hostile) expect(textOfCode(code)).toBeUndefined()
    }
    expect(processorMs(ask)).toBeLessThan(500)
  })
})
