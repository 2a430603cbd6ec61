import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { fileURLToPath } from 'node:url'
import grpc from '@grpc/grpc-js'
import { check, createHealth, degraded, down, type Health, heartbeat } from 'hale'
import { addHealthService } from 'hale/grpc'
import { gracefulShutdown } from 'hale/shutdown'
import { expect, test } from 'vitest'
import { until } from './fixtures/raw-client.ts'
import { askByPython, pythonGrpc } from './servers/python-grpc.ts'
import { whenOwned } from './servers/when-provided.ts'

const service = fileURLToPath(new URL('./fixtures/grpc-service.mjs', import.meta.url))
const memory = fileURLToPath(new URL('./fixtures/grpc-memory.mjs', import.meta.url))
const example = fileURLToPath(new URL('../examples/grpc/dist/main.js', import.meta.url))

interface Serving extends AsyncDisposable {
  readonly server: grpc.Server
  readonly address: string
  readonly watches: () => number
}

async function serving(health: Health): Promise<Serving> {
  const server = new grpc.Server()
  const added = addHealthService(server, health)
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure()
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)))
  })
  return {
    server,
    address: `127.0.0.1:${port}`,
    watches: () => added.watches,
    async [Symbol.asyncDispose]() {
      server.forceShutdown()
      await health.dispose()
    },
  }
}

interface Running extends AsyncDisposable {
  readonly child: ChildProcess
  readonly said: () => string
  readonly exited: Promise<unknown[]>
}

function running(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  return {
    child,
    said: () => said,
    exited: once(child, 'exit'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
    },
  }
}

async function portOf({ said }: Running): Promise<string> {
  await until(() => /\d{4,}\n/.test(said()), 'the port', 10_000)
  return `127.0.0.1:${/(\d{4,})\n/.exec(said())?.[1]}`
}

interface Watched {
  readonly received: readonly string[]
  readonly ended: Promise<string>
}

function watch(client: grpc.Client, name = ''): Watched {
  const raw = (bytes: Buffer): Buffer => bytes
  const request = Buffer.from([0x0a, name.length, ...Buffer.from(name)])
  const call = client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', raw, raw, request)
  const received: string[] = []
  call.on('data', (bytes: Buffer) => received.push(['?', 'SERVING', 'NOT_SERVING'][bytes[1] ?? 0] ?? '?'))
  call.on('error', () => {})
  const ended = new Promise<string>((resolve) =>
    call.on('status', ({ code }) => resolve(`${grpc.status[code]}`)),
  )
  return { received, ended }
}

function orders(): Health {
  return createHealth({
    checks: {
      database: check(() => {}),
      cache: check(() => degraded('slow')),
      payments: check(() => down('gone'), { critical: false }),
      job: heartbeat({ ttlMs: 600_000, critical: false }),
    },
    groups: { money: { members: ['payments'], visibility: 'status' } },
  })
}

whenOwned(pythonGrpc, "Google's gRPC, by Python", () => {
  test.each([
    [[], 'SERVING'],
    [['liveness'], 'SERVING'],
    [['cache'], 'SERVING'],
    [['payments'], 'NOT_SERVING'],
    [['money'], 'SERVING'],
    [['orders.v1.Orders'], undefined],
  ])('checks %j: %s', async (name, status) => {
    await using subject = await serving(orders())
    const client = askByPython('check', subject.address, ...name)
    expect(await client.ended).toEqual(status === undefined ? ['NOT_FOUND'] : [status, 'OK'])
  })

  test('lists every name', async () => {
    const health = orders()
    health.check('job' as never).beat()
    await using subject = await serving(health)
    expect(await askByPython('list', subject.address).ended).toEqual([
      '=SERVING',
      'cache=SERVING',
      'database=SERVING',
      'job=SERVING',
      'liveness=SERVING',
      'money=SERVING',
      'payments=NOT_SERVING',
      'readiness=SERVING',
      'startup=SERVING',
      'OK',
    ])
  })

  test('watches: the current status, changes alone, the end of the drain', async () => {
    const health = orders()
    const job = health.check('job' as never)
    job.beat()
    await using subject = await serving(health)
    const client = askByPython('watch', subject.address, 'job')
    const unknown = askByPython('watch', subject.address, 'nobody', '1.5')
    await until(() => client.lines().length === 1, 'the first status', 10_000)
    job.beat()
    job.set(down('stuck'))
    await until(() => client.lines().length === 2)
    job.set(down('stuck still'))
    job.beat()
    await until(() => client.lines().length === 3)
    expect(await unknown.ended).toEqual(['SERVICE_UNKNOWN', 'DEADLINE_EXCEEDED'])
    health.drain()
    expect(await client.ended).toEqual(['SERVING', 'NOT_SERVING', 'SERVING', 'NOT_SERVING', 'OK'])
    await until(() => subject.watches() === 0)
  })

  test('a client that is killed while it watches leaves nothing behind', async () => {
    await using subject = await serving(orders())
    const clients = [0, 1, 2].map(() => askByPython('watch', subject.address))
    await until(() => subject.watches() === 3, 'the Watches', 10_000)
    for (const client of clients) client.process.kill('SIGKILL')
    await until(() => subject.watches() === 0)
  })

  test('a client that stands still holds up nobody: the others hear, and its Watch ends with the drain', async () => {
    const health = orders()
    await using subject = await serving(health)
    const still = askByPython('watch', subject.address, 'job')
    const client = askByPython('watch', subject.address, 'job')
    await until(() => still.lines().length + client.lines().length === 2, 'the Watches', 10_000)
    still.process.kill('SIGSTOP')
    try {
      const job = health.check('job' as never)
      for (let turn = 0; turn < 200; turn++) {
        job.set(turn % 2 === 0 ? down('stuck') : degraded('slow'))
        await new Promise((resolve) => setImmediate(resolve))
      }
      await until(() => client.lines().length > 100)
      health.drain()
      await until(() => subject.watches() === 0)
    } finally {
      still.process.kill('SIGKILL')
    }
  })
})

test('SIGTERM with fifty Watches open exits at once with 0, and all were told', async () => {
  await using subject = running([service])
  const client = new grpc.Client(await portOf(subject), grpc.credentials.createInsecure())
  try {
    const watched = Array.from({ length: 50 }, (_, index) => watch(client, index % 2 === 0 ? '' : 'work'))
    await until(() => watched.every(({ received }) => received.length === 1))
    const began = performance.now()
    subject.child.kill('SIGTERM')
    expect(await subject.exited).toEqual([0, null])
    expect(performance.now() - began).toBeLessThan(1000)
    expect(await Promise.all(watched.map(({ ended }) => ended))).toEqual(new Array(50).fill('OK'))
    expect(watched.map(({ received }) => received)).toEqual(new Array(50).fill(['SERVING', 'NOT_SERVING']))
  } finally {
    client.close()
  }
})

test('Watches that come back during the drain delay are told, kept, and end with it', async () => {
  await using subject = running([service, '600'])
  const client = new grpc.Client(await portOf(subject), grpc.credentials.createInsecure())
  try {
    const first = watch(client)
    await until(() => first.received.length === 1)
    subject.child.kill('SIGTERM')
    expect(await first.ended).toBe('OK')
    const again = watch(client)
    await until(() => again.received.length === 1)
    expect(again.received).toEqual(['NOT_SERVING'])
    const alive = watch(client, 'liveness')
    await until(() => alive.received.length === 1)
    expect(alive.received).toEqual(['SERVING'])
    expect(await again.ended).toBe('OK')
    expect(await subject.exited).toEqual([0, null])
    expect(again.received).toEqual(['NOT_SERVING'])
  } finally {
    client.close()
  }
})

test('a client that takes nothing is cut off at the deadline of the shutdown, and holds nothing but its Watch', async () => {
  const health = createHealth({ checks: { job: heartbeat({ ttlMs: 600_000 }) } })
  await using subject = await serving(health)
  await using shutdown = gracefulShutdown(health, {
    servers: [subject.server],
    signals: [],
    exit: false,
    drainDelayMs: 0,
    timeoutMs: 500,
  })
  const session = connectHttp2(`http://${subject.address}`, { settings: { initialWindowSize: 0 } })
  session.on('error', () => {})
  const stream = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Watch',
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  stream.on('error', () => {})
  stream.end(Buffer.alloc(5))
  try {
    await once(stream, 'response')
    const before = process.memoryUsage().external
    for (let turn = 0; turn < 2000; turn++) {
      health.check('job').set(turn % 2 === 0 ? down('stuck') : degraded('slow'))
      if (turn % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(process.memoryUsage().external - before).toBeLessThan(2e6)
    expect(await shutdown.shutdown()).toMatchObject({ code: 1 })
    await until(() => subject.watches() === 0)
  } finally {
    session.destroy()
  }
})

test('two thousand Watches that were opened and cancelled leave nothing behind, and keep no process alive', {
  timeout: 60_000,
}, async () => {
  await using subject = running(['--expose-gc', memory])
  expect(await subject.exited).toEqual([0, null])
  const { watches, bytesEach } = JSON.parse(subject.said())
  expect(watches).toBe(0)
  // One that is kept costs some kilobytes; what is left after garbage collection varies by some hundred.
  expect(bytesEach).toBeLessThan(500)
})

test('the example greets, says that it is well, and exits with 0', async () => {
  await using subject = running([example], { PORT: '0' })
  const address = await portOf(subject)
  const client = new grpc.Client(address, grpc.credentials.createInsecure())
  const raw = (bytes: Buffer): Buffer => bytes
  const ask = (method: string, bytes: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) =>
      client.makeUnaryRequest(method, raw, raw, bytes, (error, value) =>
        error ? reject(error) : resolve(value as Buffer),
      ),
    )
  try {
    const greeting = await ask('/greeter.Greeter/Greet', Buffer.from('\n\x05world'))
    expect(greeting.toString('utf8', 2)).toBe('hello world')
    expect([...(await ask('/grpc.health.v1.Health/Check', Buffer.alloc(0)))]).toEqual([8, 1])
    const { ended } = watch(client)
    subject.child.kill('SIGTERM')
    expect(await ended).toBe('OK')
    client.close()
    expect(await subject.exited).toEqual([0, null])
  } finally {
    client.close()
  }
})
