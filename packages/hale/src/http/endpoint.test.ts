import { expect, it } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { type Endpoint, LoadedEndpoint } from './endpoint.ts'
import { answer, type HealthResponse } from './exchange.ts'
import { LateFormat } from './formats/late-format.ts'
import { createHandler } from './handle.ts'

const response = answer(200, 'text/plain', 'ours')
const endpoint: Endpoint = { answer: () => response }
const request = { url: '/own', headers: {} }

it('is loaded when it is made, and says at once which paths are its own', async () => {
  let loads = 0
  const made = new LoadedEndpoint(
    (path) => path === '/own',
    async () => {
      loads++
      return endpoint
    },
  )
  expect(loads).toBe(1)
  expect(made.answer(request, '/other', '')).toBeUndefined()
  const first = made.answer(request, '/own', '')
  expect(first).toBeInstanceOf(Promise)
  expect(await first).toBe(response)
  expect(made.answer(request, '/own', '')).toBe(response)
  expect(loads).toBe(1)
})

it('is loaded again when it could not be, and fails nobody but who asks for it', async () => {
  let broken = true
  const made = new LoadedEndpoint(
    () => true,
    async () => {
      if (broken) throw new Error('no such file')
      return endpoint
    },
  )
  await expect(made.answer(request, '/own', '')).rejects.toThrow('no such file')
  await expect(made.answer(request, '/own', '')).rejects.toThrow('no such file')
  broken = false
  expect(await made.answer(request, '/own', '')).toBe(response)
})

it('is for the page as well: no other format waits for it, and what cannot be loaded is a 500 until it can', async () => {
  let loads = 0
  let broken = true
  const page = {
    name: 'page',
    mediaType: 'text/x-page',
    headers: { 'X-Page': 'yes' },
    render: () => 'a page',
  }
  const late = new LateFormat({ ...page, linked: true }, async () => {
    loads++
    if (broken) throw new Error('no such file')
    return page
  })
  const logged: string[] = []
  const logger = { info: () => {}, warn: () => {}, error: (message: string) => void logged.push(message) }
  const health = createHealth({ clock: fakeClock(), checks: { database: check(() => {}) }, logger })
  const handle = createHandler(health, { formats: ['json', late] })
  const get = async (url: string) => (await handle({ url, headers: {} })) as HealthResponse
  expect(handle({ url: '/health/live', headers: {} })).not.toBeInstanceOf(Promise)
  await get('/health/ready')
  expect(loads).toBe(0)
  for (const url of ['/health/ready?format=page', '/health/live?format=page', '/health?format=page'])
    expect((await get(url)).status).toBe(500)
  expect(logged).toHaveLength(3)
  expect((await get('/health/ready')).status).toBe(200)
  broken = false
  for (const url of ['/health/ready?format=page', '/health/live?format=page', '/health?format=page'])
    expect(await get(url)).toMatchObject({ status: 200, body: 'a page', headers: { 'X-Page': 'yes' } })
  expect(loads).toBe(4)
  expect(handle({ url: '/health/live?format=page', headers: {} })).not.toBeInstanceOf(Promise)
})
