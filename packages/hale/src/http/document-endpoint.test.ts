import { expect, it } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { createHandler } from './handle.ts'
import { toOpenApi } from './openapi/to-open-api.ts'

const token = 'shows-much-more-of-it'
const health = createHealth({
  clock: fakeClock(),
  service: { name: 'orders', version: '1.2.3' },
  checks: { database: check(() => {}) },
  groups: { liveness: { visibility: 'status' } },
})

it('names the service and its version to those who are shown them alone', async () => {
  const handle = createHandler(health, { openapi: true, token })
  const info = async (headers: Record<string, string> = {}) =>
    JSON.parse((await handle({ url: '/health/openapi.json', headers }))?.body ?? '').info
  const terse = { title: 'Health', version: 'unknown' }
  expect(await info()).toMatchObject(terse)
  expect(await info({ authorization: `Bearer ${token}` })).toMatchObject({
    title: 'orders: health',
    version: '1.2.3',
  })
  expect(await info()).toMatchObject(terse)
  expect(toOpenApi(health, { token }).info).toMatchObject(terse)
})
