import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Client, credentials, makeGenericClientConstructor } from '@grpc/grpc-js'
import { afterEach, describe, expect, test } from 'vitest'

// Every example: it starts, answers, and ends well on SIGTERM. The complete one has a test of its own besides, and
// Next.js's is a package of its own.

const directory = fileURLToPath(new URL('../examples', import.meta.url))
const elsewhere = new Set(['next', 'README.md'])
const examples = readdirSync(directory, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !elsewhere.has(entry.name))
  .map(({ name }) => name)
/** What a reader is promised beside the endpoints: a path, and what its answer holds. */
const routes: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  express: [['/orders/1', 'a book']],
  fastify: [
    ['/docs/', 'Swagger UI'],
    ['/docs/json', '/health/ready'],
  ],
  hapi: [['/orders/1', 'lamp']],
  hono: [['/', 'hello from Hono']],
  koa: [['/', 'hello from Koa']],
  nest: [['/api/orders/1', '']],
}
const running = new Set<ChildProcess>()

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

interface Example {
  readonly url: string
  readonly said: () => string
  stop(): Promise<number | null>
}

function started(name: string): Promise<Example> {
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: join(directory, name),
    env: { PATH: process.env.PATH, PORT: '0', APP_PORT: '0', DRAIN_DELAY_MS: '100', DRAIN_DELAY: '0.1' },
  })
  running.add(child)
  let output = ''
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const stop = (): Promise<number | null> => {
    child.kill('SIGTERM')
    return ended
  }
  return new Promise((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      output += chunk
      const url = /(?:http|grpc):\/\/[\d.]+:\d+/.exec(output.replace(/EXTERNAL\S+/g, ''))?.[0]
      if (url !== undefined) resolve({ url, said: () => output, stop })
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    void ended.then((code) => reject(new Error(`ended with ${code}: ${output}`)))
  })
}

async function answersOverHttp(url: string): Promise<void> {
  for (const path of ['/health', '/health/live', '/health/ready', '/health?deep=true']) {
    const response = await fetch(url + path)
    expect(response.status, path).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toHaveProperty('status', 'UP')
  }
  expect((await fetch(`${url}/health`, { method: 'POST' })).status).toBe(405)
  const stranger = await fetch(`${url}/health/nobody`)
  expect(stranger.status).toBe(404)
  await stranger.arrayBuffer()
}

/** The bytes of a HealthCheckResponse: field 1 is 1, SERVING. */
async function answersOverGrpc(url: string): Promise<void> {
  const asIs = (bytes: Buffer): Buffer => bytes
  const Health = makeGenericClientConstructor({}, 'Health')
  const client: Client = new Health(new URL(url).host, credentials.createInsecure())
  const answer = await new Promise<Buffer | undefined>((resolve, reject) => {
    const path = '/grpc.health.v1.Health/Check'
    client.makeUnaryRequest(path, asIs, asIs, Buffer.alloc(0), (error, bytes) =>
      error ? reject(error) : resolve(bytes),
    )
  })
  client.close()
  expect(answer).toEqual(Buffer.from([8, 1]))
}

describe('every example starts, answers, and ends with 0 on SIGTERM', () => {
  test.for(examples)('%s', async (name) => {
    const example = await started(name)
    if (example.url.startsWith('grpc:')) await answersOverGrpc(example.url)
    else await answersOverHttp(example.url)
    for (const [path, text] of routes[name] ?? []) {
      const response = await fetch(example.url + path)
      expect(response.status, path).toBe(200)
      expect(await response.text(), path).toContain(text)
    }
    expect(await example.stop(), example.said()).toBe(0)
    expect(example.said()).not.toMatch(/Error|deprecated/)
  })

  test('there are as many as are promised', () => {
    const promised = ['express', 'fastify', 'grpc', 'hapi', 'hono', 'koa', 'nest', 'service']
    expect(examples).toEqual(expect.arrayContaining(promised))
  })
})
