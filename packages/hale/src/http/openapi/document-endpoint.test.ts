import { expect, it, vi } from 'vitest'
import { check } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { createHandler } from '../handle.ts'
import { handlerSettings } from '../handler-settings.ts'
import { routeDocuments } from './route-documents.ts'
import { toOpenApi } from './to-open-api.ts'

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

it('makes a document once for as long as no check comes or goes, however many ask', async () => {
  const changing = createHealth({ clock: fakeClock(), checks: { database: check(() => {}) } })
  const handle = createHandler(changing, { openapi: true, token })
  const document = (headers: Record<string, string> = {}) => handle({ url: '/health/openapi.json', headers })
  const first = await document()
  const snapshots = vi.spyOn(changing, 'snapshot')
  for (let asked = 0; asked < 3; asked++) expect(await document()).toBe(first)
  expect(snapshots).not.toHaveBeenCalled()
  const known = await document({ authorization: `Bearer ${token}` })
  expect(await document({ authorization: `Bearer ${token}` })).toBe(known)
  const handleOfLate = changing.add(
    'late',
    check(() => {}),
  )
  expect((await document())?.body).toContain('"late"')
  handleOfLate[Symbol.dispose]()
  expect((await document())?.body).toBe(first?.body)
})

it('has nothing made of the groups for each request: a registry hands out one list of them', () => {
  const { groups } = health
  expect(health.groups).toBe(groups)
})

it('says what a group is whatever its name', () => {
  const own = createHealth({
    checks: { database: check(() => {}) },
    groups: { constructor: { members: ['database'] } },
  })
  const { get } = toOpenApi(own).paths['/health/constructor'] as { get: { summary: string } }
  expect(get.summary).toBe('The group constructor')
  const routes = routeDocuments(own, handlerSettings({}))
  expect(routes.find(({ path }) => path === '/health/constructor')?.summary).toBe('The group constructor')
})
