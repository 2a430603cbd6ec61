import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { freePort } from './servers/free-port.ts'

const running = new Set<ChildProcess>()
const workerPids = new Set<number>()

interface Told {
  readonly event: 'primary' | 'worker' | 'standing' | 'rolled' | 'told' | 'exit'
  readonly id: number
  readonly pid: number
  readonly port: number
  readonly own: number
  readonly shared: number
  readonly standing: string
}

/** A running fixture: what it has told so far, and what it can be told. */
class Service {
  readonly told: Told[] = []
  readonly #child: ChildProcess

  constructor(fixture: string, workers: number, environment: Record<string, string> = {}) {
    const path = fileURLToPath(new URL(`./fixtures/${fixture}`, import.meta.url))
    const child = spawn(process.execPath, [path, String(workers)], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    running.add(child)
    let rest = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.#hear(JSON.parse(line))
    })
    this.#child = child
  }

  tell(command: object): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`)
  }

  get workers(): readonly Told[] {
    return this.told.filter(({ event }) => event === 'worker')
  }

  worker(id: number): Told {
    return this.workers.find((one) => one.id === id) as Told
  }

  get primary(): number {
    return this.told.find(({ event }) => event === 'primary')?.port as number
  }

  heard(id: number, standing: string): boolean {
    return this.told.some((one) => one.event === 'standing' && one.id === id && one.standing === standing)
  }

  /** Every port with an answerer of its own, the primary's last. */
  ports(...except: readonly number[]): readonly number[] {
    return [...this.workers.filter(({ id }) => !except.includes(id)).map(({ own }) => own), this.primary]
  }

  #hear(told: Told): void {
    this.told.push(told)
    if (told.pid !== undefined) workerPids.add(told.pid)
  }
}

async function start(
  fixture: string,
  workers: number,
  environment?: Record<string, string>,
): Promise<Service> {
  const service = new Service(fixture, workers, environment)
  await until(() => service.workers.length === workers && service.primary !== undefined)
  await until(async () => (await codes(service.ports(), 'worst')).every((code) => code === 200))
  return service
}

async function startProcesses(
  workers: number,
  environment: Record<string, string> = {},
): Promise<Service & { readonly shared: number }> {
  const shared = await freePort()
  const service = await start('cluster-service.mjs', workers, { PORT: String(shared), ...environment })
  return Object.assign(service, { shared })
}

/** Where silence is not the matter: a machine that is busy with other tests must not look like it. */
const patient = { SILENT_AFTER_MS: '5000' }

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  // A worker that is stopped does not notice that its primary has gone.
  for (const pid of workerPids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Gone with its primary.
    }
  }
  running.clear()
  workerPids.clear()
})

/** Asks again until it holds; no wait is longer than it has to be. */
async function until(holds: () => boolean | Promise<boolean>, withinMs = 8000): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`did not come true within ${withinMs} ms: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

interface Answer {
  readonly status: number
  readonly body: { readonly status: string; readonly details: Readonly<Record<string, Entry>> }
}

interface Entry {
  readonly status: string
  readonly message?: string
  readonly data?: unknown
}

async function get(port: number, workers?: string, path = '/health/ready'): Promise<Answer> {
  const query = workers === undefined ? '' : `?workers=${workers}`
  const response = await fetch(`http://127.0.0.1:${port}${path}${query}`, {
    headers: { connection: 'close' },
  })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}

async function codes(ports: readonly number[], workers?: string): Promise<readonly number[]> {
  return Promise.all(ports.map(async (port) => (await get(port, workers)).status))
}

async function untilAll(ports: readonly number[], workers: string, code: number): Promise<void> {
  await until(async () => (await codes(ports, workers)).every((one) => one === code))
}

describe('processes', () => {
  test('one sick worker is seen from every worker: all answers on the shared port agree', async () => {
    const service = await startProcesses(3)
    service.tell({ type: 'sick', id: 2 })
    await untilAll(service.ports(), 'worst', 503)
    for (const [workers, code, status] of [
      ['worst', 503, 'DOWN'],
      ['best', 200, 'DEGRADED'],
      ['quorum', 200, 'DEGRADED'],
    ] as const) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => get(service.shared, workers)))
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: code, body: { status } })
        expect(answer.body.details.workers?.data).toMatchObject({ total: 3, up: 2, down: 1 })
      }
    }
    const own = await Promise.all(Array.from({ length: 20 }, () => get(service.shared, 'this')))
    expect(new Set(own.map(({ status }) => status))).toEqual(new Set([200, 503]))
    expect(await codes(Array(20).fill(service.shared))).toEqual(Array(20).fill(200))
    service.tell({ type: 'well', id: 2 })
    await untilAll(service.ports(), 'worst', 200)
  })

  test('a worker that is stopped is DOWN within silentAfterMs for all others, and back when it goes on', async () => {
    const service = await startProcesses(3)
    const { pid } = service.worker(2)
    process.kill(pid, 'SIGSTOP')
    const stoppedAt = Date.now()
    await untilAll(service.ports(2), 'worst', 503)
    // silentAfterMs is 1000; the rest is for the news to spread, and for a machine that is busy.
    expect(Date.now() - stoppedAt).toBeLessThan(3000)
    for (const port of service.ports(2)) {
      const { body } = await get(port)
      expect(body).toMatchObject({ status: 'DEGRADED', details: { workers: { data: { up: 2, silent: 1 } } } })
      expect(body.details.own?.status).toBe('UP')
    }
    expect(service.heard(2, 'silent')).toBe(true)
    process.kill(pid, 'SIGCONT')
    await untilAll(service.ports(), 'worst', 200)
  })

  test('a worker whose loop is blocked is silent too', async () => {
    const service = await startProcesses(2)
    service.tell({ type: 'block', id: 1, ms: 2500 })
    await untilAll(service.ports(1), 'worst', 503)
    await untilAll(service.ports(), 'worst', 200)
  })

  test('while the primary is blocked workers answer alone and say so, and afterwards none counts as silent', async () => {
    const service = await startProcesses(3)
    service.tell({ type: 'sick', id: 2 })
    await untilAll(service.ports(), 'worst', 503)
    service.tell({ type: 'block', id: 0, ms: 3000 })
    const port = service.worker(1).own
    await until(async () => (await get(port, 'worst')).status === 200)
    const { body } = await get(port)
    expect(body.status).toBe('DEGRADED')
    expect(body.details.workers?.message).toBe('this worker answers for itself alone: the primary is silent')
    await until(async () => (await get(port, 'worst')).status === 503)
    await get(service.primary)
    for (const id of [1, 2, 3]) expect(service.heard(id, 'silent')).toBe(false)
  })

  test('a worker that is killed and forked again is never missed; without another it is', async () => {
    const service = await startProcesses(3, patient)
    const seen: number[] = []
    process.kill(service.worker(1).pid, 'SIGKILL')
    while (service.workers.length < 4) seen.push(...(await codes(service.ports(1), 'worst')))
    await until(() => service.heard(4, 'reporting'))
    expect(new Set(seen)).toEqual(new Set([200]))
    service.tell({ type: 'fork', on: false })
    await until(() => service.told.some(({ event }) => event === 'told'))
    process.kill(service.worker(2).pid, 'SIGKILL')
    await untilAll(service.ports(1, 2), 'worst', 503)
    const { body } = await get(service.worker(3).own)
    expect(body).toMatchObject({ status: 'DEGRADED', details: { workers: { data: { up: 2, missing: 1 } } } })
  })

  test('three workers restarted one by one under a stream of probes: no 503', async () => {
    const service = await startProcesses(3, patient)
    const seen = new Map<string, number>()
    const rolls = (): number => service.told.filter(({ event }) => event === 'rolled').length
    // A busy machine answers fewer probes during one: then they are restarted again.
    do {
      const before = rolls()
      service.tell({ type: 'roll' })
      while (rolls() === before) {
        for (const workers of ['quorum', 'worst', 'best']) {
          for (const port of [service.shared, service.primary]) {
            const { status, body } = await get(port, workers)
            const what = status === 200 ? `${workers} 200` : `${workers} ${port} ${JSON.stringify(body)}`
            seen.set(what, (seen.get(what) ?? 0) + 1)
          }
        }
      }
    } while ((seen.get('worst 200') ?? 0) <= 50 && rolls() < 10)
    expect(service.workers).toHaveLength(3 + 3 * rolls())
    expect([...seen.keys()].sort()).toEqual(['best 200', 'quorum 200', 'worst 200'])
    expect(seen.get('worst 200')).toBeGreaterThan(50)
    expect((await get(service.primary, undefined, '/health/startup')).status).toBe(200)
  })

  test('when the primary drains every worker is out of service, and alive', async () => {
    const service = await startProcesses(2)
    service.tell({ type: 'drain' })
    await untilAll(service.ports(), 'best', 503)
    for (const port of service.ports()) {
      const { body } = await get(port)
      expect(body.details.application).toMatchObject({ message: 'draining: told to' })
      expect((await get(port, undefined, '/health/live')).status).toBe(200)
    }
  })
})

describe('threads', () => {
  test('a sick thread and a blocked one are seen by all others', async () => {
    const service = await start('cluster-threads.mjs', 3)
    service.tell({ type: 'sick', id: 2 })
    await untilAll(service.ports(), 'worst', 503)
    expect((await get(service.worker(1).own)).body.details.workers?.data).toMatchObject({ up: 2, down: 1 })
    service.tell({ type: 'well', id: 2 })
    await untilAll(service.ports(), 'worst', 200)
    service.tell({ type: 'block', id: 3, ms: 2500 })
    await untilAll(service.ports(3), 'worst', 503)
    expect((await get(service.worker(1).own)).body.details.workers?.data).toMatchObject({ up: 2, silent: 1 })
    await untilAll(service.ports(), 'worst', 200)
  })

  test('a thread that ends on purpose is not missed; one that is terminated is, until another starts', async () => {
    const service = await start('cluster-threads.mjs', 3)
    service.tell({ type: 'leave', id: 1 })
    await until(() => service.told.some(({ event, id }) => event === 'exit' && id === 1))
    expect(await codes(service.ports(1), 'worst')).toEqual([200, 200, 200])
    service.tell({ type: 'terminate', id: 2 })
    await untilAll(service.ports(1, 2), 'worst', 503)
    service.tell({ type: 'start' })
    await untilAll(service.ports(1, 2), 'worst', 200)
  })

  test('neither a thread nor a process is kept alive', async () => {
    const path = fileURLToPath(new URL('./fixtures/cluster-idle.mjs', import.meta.url))
    const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] })
    running.add(child)
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    const [code] = await once(child, 'close')
    expect(code).toBe(0)
    expect(output).toBe('thread ended with 0\n')
  })
})
