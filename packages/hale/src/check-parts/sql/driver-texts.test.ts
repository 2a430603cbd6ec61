import { expect, test } from 'vitest'
import { postgres } from '../../checks/postgres.ts'
import { createHealth } from '../../core/create-health.ts'

// As pg and postgres.js throw what PgBouncer 1.18 says: everything has the same code.
test.for([
  ['SASL authentication failed', 'authentication failed'],
  ['password authentication failed', 'authentication failed'],
  ['no such database: planted_4711', 'database not found'],
  ['no more connections allowed (max_client_conn)', 'too many connections'],
  ['query_wait_timeout', 'no free connection'],
  ['server login has been failing, try again later (server_login_retry)', 'connection failed'],
  ['database "planted_4711" is disabled', 'connection failed'],
] as const)('PgBouncer: %s', async ([message, text]) => {
  const thrown = Object.assign(new Error(message), { code: '08P01', severity: 'FATAL' })
  const client = { query: () => Promise.reject(thrown), exec: () => {} }
  const report = await createHealth({ checks: { database: postgres(client) } })
    .check('database')
    .run()
  expect(report).toMatchObject({ status: 'DOWN', error: text })
  expect(JSON.stringify(report)).not.toMatch(/4711/)
})
