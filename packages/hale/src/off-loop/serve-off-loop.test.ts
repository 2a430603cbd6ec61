import { Agent, get } from 'node:http'
import { json } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { serveOffLoop } from './serve-off-loop.ts'

it('answers by other options on the connections that it has, and at no other port', async () => {
  await using health = createHealth({ checks: { db: check(() => {}) } })
  const options = { port: 0, host: '127.0.0.1' }
  await using server = await serveOffLoop(health, options)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const asked = (path: string) =>
    new Promise<unknown>((resolve, reject) => {
      const request = get(`${server.url}${path}`, { agent }, (response) => {
        const { reusedSocket } = request
        json(response).then((body) => resolve({ reusedSocket, status: response.statusCode, body }), reject)
      })
      request.on('error', reject)
    })
  expect(await asked('/health/ready')).toMatchObject({ reusedSocket: false, body: { details: { db: {} } } })
  await server.reconfigure({ ...options, basePath: '/state', visibility: 'status' })
  expect(await asked('/state/ready')).toEqual({ reusedSocket: true, status: 200, body: { status: 'UP' } })
  expect(await asked('/health/ready')).toMatchObject({ reusedSocket: true, status: 404 })
  await expect(server.reconfigure({ ...options, port: 1 })).rejects.toThrow(
    'port: expected what it was given first',
  )
  await expect(server.reconfigure({ ...options, blockedAfterMs: 1 })).rejects.toThrow('blockedAfterMs')
  expect(await asked('/state/ready')).toMatchObject({ status: 200 })
  agent.destroy()
})
