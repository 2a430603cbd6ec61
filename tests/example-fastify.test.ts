import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

async function started(): Promise<string> {
  const main = fileURLToPath(new URL('../examples/fastify/dist/main.js', import.meta.url))
  const child = spawn(process.execPath, [main], { env: { PATH: process.env.PATH, PORT: '0' } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for await (const chunk of child.stdout) {
    output += chunk
    const url = /http:\/\/[\d.]+:\d+/.exec(output)?.[0]
    if (url !== undefined) return url
  }
  await once(child, 'close')
  throw new Error(`it ended: ${output}`)
}

test('the Fastify example documents its typed resource and the health endpoints at /docs', async () => {
  const url = await started()
  const page = await fetch(`${url}/docs`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('swagger-ui')
  const { paths } = (await (await fetch(`${url}/docs/json`)).json()) as {
    readonly paths: Record<string, object>
  }
  expect(Object.keys(paths).sort()).toEqual([
    '/health',
    '/health/live',
    '/health/ready',
    '/health/startup',
    '/health/{check}',
    '/orders/',
    '/orders/{id}',
  ])
  expect(paths['/health/ready']).toMatchObject({
    get: { responses: { 200: { content: { 'application/json': { schema: { type: 'object' } } } }, 503: {} } },
  })
})

test('the Fastify example refuses what its schemas do not know', async () => {
  const url = await started()
  const post = async (body: object): Promise<number> => {
    const headers = { 'content-type': 'application/json' }
    return (await fetch(`${url}/orders/`, { method: 'POST', headers, body: JSON.stringify(body) })).status
  }
  expect([await post({ item: 'cup', quantity: 1 }), await post({ item: 'cup', quantity: 'few' })]).toEqual([
    201, 400,
  ])
})
