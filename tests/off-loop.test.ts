import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { eventually } from './eventually.ts'

// Against the built package: a thread is started from a file.

const fixture = fileURLToPath(new URL('./fixtures/off-loop-service.mjs', import.meta.url))
const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

type Message = Readonly<Record<string, unknown>>

interface Service {
  readonly url: string
  readonly beside: string
  readonly child: ChildProcess
  readonly messages: Message[]
  readonly exited: Promise<number | null>
  send(order: object): void
}

async function started(options: object = {}): Promise<Service> {
  const child = fork(fixture, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const messages: Message[] = []
  child.on('message', (message: Message) => messages.push(message))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  opened.push(async () => {
    child.kill('SIGCONT')
    child.kill('SIGKILL')
    await exited
  })
  await vi.waitFor(() => expect(messages.length).toBeGreaterThan(0), { timeout: 10_000, interval: 10 })
  const { url, beside } = messages[0] as { url: string; beside: string }
  return { url, beside, child, messages, exited, send: (order) => child.send(order) }
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly tookMs: number
}

function asked(agent: Agent | undefined, url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    get(url, { agent: agent ?? new Agent(), headers }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        body += text
      })
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body, tookMs: performance.now() - begun }),
      )
    }).on('error', reject)
  })
}

/** Probes in turns until it is told to stop; ten milliseconds between two. */
async function probing(urls: readonly string[], done: () => boolean): Promise<readonly Answer[]> {
  const agent = new Agent({ keepAlive: true })
  opened.push(() => agent.destroy())
  const answers: Answer[] = []
  for (const url of urls) await asked(agent, url)
  for (let turn = 0; !done(); turn++) {
    answers.push(await asked(agent, urls[turn % urls.length] as string))
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return answers
}

function percentile(answers: readonly Answer[], share: number): number {
  const times = answers.map(({ tookMs }) => tookMs).sort((a, b) => a - b)
  return times[Math.ceil(times.length * share) - 1] as number
}

function lasting(ms: number): () => boolean {
  const until = performance.now() + ms
  return () => performance.now() >= until
}

describe('while the main loop turns', () => {
  it('answers as the main thread does, whatever is asked', async () => {
    const { url, beside } = await started()
    await asked(undefined, `${url}/health/ready`)
    const same = (text: string): string =>
      text.replace(
        /"timestamp":"[^"]+"|"uptime":"[^"]+"|"checked_at":"[^"]+"|"(?:time|since)":"[^"]+"|"observedValue":\d+|PT\d+S|\d\d:\d\d:\d\d/g,
        '',
      )
    const authorized = { authorization: `Bearer ${'x'.repeat(16)}` }
    for (const path of [
      '/health',
      '/health?deep=true',
      '/health/live',
      '/health/ready',
      '/health/ready?format=html',
      '/health/startup',
      '/health/payments',
      '/health/database',
      '/livez',
      '/readyz',
      '/readyz?verbose&exclude=database',
      '/readyz/database',
      '/health/ready?format=health-json',
      '/health/ready?format=actuator',
      '/health?format=microprofile',
      '/health/ready?format=kubernetes',
      '/health/started?format=prometheus',
      '/nothing',
      '/health/nobody',
    ]) {
      for (const headers of [{}, authorized, { accept: 'text/html' }] as Record<string, string>[]) {
        await eventually(async () => {
          const [here, there] = await Promise.all([
            asked(undefined, url + path, headers),
            asked(undefined, beside + path, headers),
          ])
          expect([path, here.status, same(here.body)]).toEqual([path, there.status, same(there.body)])
        })
      }
    }
  })

  it('asks the main loop for results that have aged, once for all who probe', async () => {
    const { url, send, messages } = await started({ maxAgeMs: 300 })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => asked(undefined, `${url}/health/ready`)),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    send({ sicken: 1, runs: 1 })
    await eventually(() => expect(messages.at(-1)).toEqual({ runs: 1 }))
    await eventually(async () => {
      const { status, body } = await asked(undefined, `${url}/health/ready`)
      expect([status, body.includes('gone')]).toEqual([503, true])
    })
  })

  it('serves a fresh result without asking', async () => {
    const { url, send, messages } = await started({ maxAgeMs: 60_000 })
    for (let count = 0; count < 20; count++) await asked(undefined, `${url}/health/ready`)
    send({ runs: 1 })
    await eventually(() => expect(messages.at(-1)).toEqual({ runs: 1 }))
  })

  it('tells of the loop at its own path', async () => {
    const { url } = await started()
    const { status, body } = await asked(undefined, `${url}/health/event-loop`)
    expect(status).toBe(200)
    expect(JSON.parse(body).details['event-loop']).toMatchObject({
      status: 'UP',
      data: { delay_ms: expect.any(Number), utilization: expect.any(Number) },
    })
  })

  it('does not show what it should not: no path, no address, no stack', async () => {
    const { url } = await started()
    for (const path of ['/health/event-loop', '/health/ready', '/nothing']) {
      expect((await asked(undefined, url + path)).body).not.toMatch(/file:|node:|worker|127\.0\.0\.1/)
    }
  })
})

// Milliseconds are measured: one quiet moment of the machine in five is enough.
const measured = { retry: 4 }

describe('while the main loop is blocked', () => {
  it(
    'answers within 20 ms, turns DOWN after blockedAfterMs, and comes back by itself',
    measured,
    async () => {
      const service = await started({ blockedAfterMs: 1000, maxAgeMs: 200 })
      const paths = ['/health/live', '/health/ready', '/health/payments', '/health/database']
      const urls = paths.map((path) => service.url + path)
      for (const url of urls)
        await eventually(async () => expect((await asked(undefined, url)).status).toBe(200))
      const begun = performance.now()
      service.send({ block: 3000 })
      const answers = await probing(urls, lasting(2700))
      expect(answers.length).toBeGreaterThan(60)
      expect(percentile(answers, 0.99)).toBeLessThan(20)
      expect(answers[0]).toMatchObject({ status: 200 })
      expect(performance.now() - begun).toBeLessThan(3000)
      expect(new Set(answers.slice(-8).map(({ status }) => status))).toEqual(new Set([503]))
      const { body } = await asked(undefined, `${service.url}/health/live`)
      expect(JSON.parse(body)).toMatchObject({
        status: 'DOWN',
        details: {
          application: { message: expect.stringMatching(/^event loop blocked for [12](\.\d)? s$/) },
        },
      })
      expect((await asked(undefined, `${service.url}/health/event-loop`)).status).toBe(503)
      expect((await asked(undefined, `${service.url}/health/startup`)).status).toBe(200)
      for (const url of urls)
        await eventually(async () => expect((await asked(undefined, url)).status).toBe(200))
      await eventually(() =>
        expect(service.messages).toContainEqual({
          logged: expect.stringMatching(/^the event loop was blocked for (2\.9|3(\.\d)?) s$/),
        }),
      )
    },
  )

  it(
    'answers within 20 ms when the loop is nine tenths busy, from fresh and from aged results',
    measured,
    async () => {
      const service = await started({ blockedAfterMs: 1000, maxAgeMs: 100 })
      expect((await asked(undefined, `${service.url}/health/ready`)).status).toBe(200)
      service.send({ saturate: 3000 })
      const answers = await probing(
        [`${service.url}/health/live`, `${service.url}/health/ready`],
        lasting(2500),
      )
      expect(percentile(answers, 0.99)).toBeLessThan(20)
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      service.send({ runs: 1 })
      await eventually(() => expect(service.messages.at(-1)).toHaveProperty('runs'))
      // Busy as it was, it has been asked again and again.
      expect(service.messages.at(-1)?.runs).toBeGreaterThan(3)
      const loop = JSON.parse((await asked(undefined, `${service.url}/health/event-loop`)).body)
      expect(loop.details['event-loop'].data.utilization).toBeGreaterThan(0.3)
    },
  )

  it('shows at once that the service drains, though it blocks right after', async () => {
    const { url, send } = await started()
    expect((await asked(undefined, `${url}/health/ready`)).status).toBe(200)
    send({ drain: 1500 })
    await vi.waitFor(
      async () => {
        const { status, body } = await asked(undefined, `${url}/health/ready`)
        expect([status, JSON.parse(body).status]).toEqual([503, 'OUT_OF_SERVICE'])
      },
      { timeout: 1000, interval: 10 },
    )
    expect((await asked(undefined, `${url}/health/live`)).status).toBe(200)
  })

  it('does not serve a result as healthy that is older than it may be', async () => {
    const { url, send } = await started({ maxAgeMs: 100, maxSnapshotAgeMs: 500, blockedAfterMs: 60_000 })
    expect((await asked(undefined, `${url}/health/ready`)).status).toBe(200)
    send({ block: 2500 })
    const answers = await probing([`${url}/health/ready`], lasting(1600))
    expect(answers[0]?.status).toBe(200)
    expect(answers.at(-1)).toMatchObject({ status: 503 })
    expect(JSON.parse(answers.at(-1)?.body ?? '')).toMatchObject({
      status: 'UNKNOWN',
      details: { application: { message: expect.stringMatching(/^not refreshed for /) } },
    })
    await vi.waitFor(async () => expect((await asked(undefined, `${url}/health/ready`)).status).toBe(200), {
      timeout: 3000,
    })
  })

  it('is not DOWN for a time in which the whole process was stopped', async () => {
    const { url, child } = await started({ blockedAfterMs: 1000 })
    child.kill('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    child.kill('SIGCONT')
    const answers = await probing([`${url}/health/live`], lasting(600))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })
})

async function refused(url: string): Promise<void> {
  await eventually(() => expect(asked(undefined, url)).rejects.toMatchObject({ code: 'ECONNREFUSED' }))
}

describe('the end', () => {
  it('does not keep a process alive that has nothing left to do', async () => {
    const { url, send, exited } = await started()
    send({ finish: 1 })
    expect(await exited).toBe(0)
    await refused(url)
  })

  it('goes with a main thread that crashes: nothing is left that answers', async () => {
    const { url, send, exited } = await started()
    send({ throw: 1 })
    expect(await exited).toBe(1)
    await refused(url)
  })

  it('frees the port when it is closed, and is no mistake twice', async () => {
    const service = await started()
    service.send({ close: 1 })
    await eventually(() => expect(service.messages).toContainEqual({ closed: true }))
    await refused(service.url)
    service.send({ close: 1 })
    await eventually(() => expect(service.messages.filter(({ closed }) => closed)).toHaveLength(2))
  })

  it('lets whoever closes it see the end, even if nothing else is left of the process', async () => {
    const { send, exited } = await started()
    send({ closeLast: 1 })
    expect(await exited).toBe(7)
  })

  it('shows a registry that was disposed as out of service', async () => {
    const { url, send } = await started()
    send({ dispose: 1 })
    await eventually(async () => {
      const { status, body } = await asked(undefined, `${url}/health/ready`)
      expect([status, JSON.parse(body).details.application.message]).toEqual([503, 'stopped'])
    })
  })

  it('starts a thread again that has crashed, on the same port, and says so', async () => {
    const { url, send, messages } = await started()
    for (const times of [1, 2]) {
      send({ crash: 1 })
      await eventually(() => expect(messages).toHaveLength(1 + times))
      expect(messages.at(-1)?.logged).toMatch(/^the probe thread ended; it is started again in \d00 ms$/)
      await vi.waitFor(async () => expect((await asked(undefined, `${url}/health/ready`)).status).toBe(200), {
        timeout: 5000,
      })
    }
  })

  it('rejects as listen does when the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    opened.push(() => taken.close())
    const { port } = taken.address() as { port: number }
    const { messages, exited } = await started({ port })
    expect(messages[0]).toEqual({
      failed: { code: 'EADDRINUSE', port, message: expect.stringContaining('EADDRINUSE') },
    })
    expect(await exited).toBe(0)
  })
})
