import { type ChildProcess, type Serializable, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ShutdownOptions } from 'hale/shutdown'
import { afterEach, describe, expect, test } from 'vitest'
import { get, rawClient, until } from './fixtures/raw-client.ts'
import { isRunning } from './servers/process-tree.mjs'

const service = fileURLToPath(new URL('./fixtures/shutdown-service.mjs', import.meta.url))
const running = new Set<ChildProcess>()

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

interface Service {
  readonly port: number
  readonly child: ChildProcess
  readonly said: () => string
  readonly logged: () => string
  signal(signal: NodeJS.Signals): void
  readonly ended: Promise<{
    readonly code: number | null
    readonly signal: NodeJS.Signals | null
    readonly at: number
  }>
}

interface ServiceOptions extends ShutdownOptions {
  readonly scenario?: string
  readonly ipc?: boolean
  readonly read?: boolean
  readonly environment?: Record<string, string>
}

async function start(options: ServiceOptions = {}): Promise<Service> {
  const { scenario = 'plain', ipc = false, read = true, environment, ...shutdown } = options
  const child = spawn(process.execPath, [service], {
    env: {
      PATH: process.env.PATH,
      SCENARIO: scenario,
      SHUTDOWN_OPTIONS: JSON.stringify({ drainDelayMs: 100, timeoutMs: 5000, ...shutdown }),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  })
  running.add(child)
  let said = ''
  let logged = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    logged += text
  })
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (!read) child.stdout?.pause()
  })
  const ended = new Promise<Awaited<Service['ended']>>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, at: performance.now() }))
  })
  await until(() => /listening \d+|starting/.test(said), 'the service', 10_000)
  return {
    port: Number(/listening (\d+)/.exec(said)?.[1]),
    child,
    said: () => said,
    logged: () => logged,
    signal: (signal) => void child.kill(signal),
    ended,
  }
}

test('SIGTERM: a request in flight finishes, and the process exits 0 within 0.2 s of it', async () => {
  const { port, said, signal, ended } = await start()
  const idle = await rawClient(port, get('/'))
  await idle.received(/answered/)
  const busy = await rawClient(port, get('/slow?ms=1000'))
  await until(() => said().includes('asked'))
  signal('SIGTERM')
  const answer = await busy.received(/answered/)
  const answeredAt = performance.now()
  expect(answer).toMatch(/200 OK[\s\S]*Connection: close/)
  const { code, at } = await ended
  expect(code).toBe(0)
  expect(at - answeredAt).toBeLessThan(200)
  expect(said()).toContain('hook after SIGTERM')
  await idle.ended
})

describe('a signal in each phase', () => {
  test('during startup: there is nothing to wait for', async () => {
    const { signal, ended, said } = await start({ scenario: 'starting', drainDelayMs: 4000 })
    const before = performance.now()
    signal('SIGTERM')
    const { code, at } = await ended
    expect(code).toBe(0)
    expect(at - before).toBeLessThan(1500)
    expect(said()).toContain('hook after SIGTERM')
  })

  test('during the drain delay a second one exits at once', async () => {
    const { signal, ended, logged, said } = await start({ drainDelayMs: 4000 })
    const before = performance.now()
    signal('SIGTERM')
    await until(() => logged().includes('draining'))
    signal('SIGINT')
    expect((await ended).code).toBe(130)
    expect((await ended).at - before).toBeLessThan(1500)
    expect(said()).not.toContain('hook after')
  })

  test('the same signal again, right away, is the same key press; later it is another', async () => {
    const { signal, ended, logged } = await start({ drainDelayMs: 4000 })
    signal('SIGTERM')
    await until(() => logged().includes('draining'))
    signal('SIGTERM')
    const before = performance.now()
    await until(() => performance.now() - before > 150)
    expect(logged()).not.toContain('again')
    signal('SIGTERM')
    expect((await ended).code).toBe(143)
  })

  test('during a request in flight', async () => {
    const { port, signal, ended, said, logged } = await start()
    await rawClient(port, get('/slow?ms=4000'))
    await until(() => said().includes('asked'))
    signal('SIGTERM')
    await until(() => logged().includes('accepts nothing more'))
    signal('SIGINT')
    expect((await ended).code).toBe(130)
    expect(logged()).toMatch(/SIGINT again; still open: GET \/slow/)
  })

  test('during a hook that hangs', async () => {
    const { signal, ended, said, logged } = await start({ scenario: 'hanging hook' })
    signal('SIGTERM')
    await until(() => said().includes('hanging'))
    signal('SIGINT')
    expect((await ended).code).toBe(130)
    expect(logged()).toMatch(/still open: hook hanging/)
  })

  test('after the end, where the application owns the exit, it has its usual effect again', async () => {
    const { child, signal, ended, said } = await start({ exit: false, scenario: 'starting' })
    signal('SIGTERM')
    await until(() => said().includes('done 0'))
    expect(child.exitCode).toBeNull()
    signal('SIGTERM')
    expect((await ended).signal).toBe('SIGTERM')
  })
})

test('past the deadline it exits 1 and names what was open', async () => {
  const { port, signal, ended, said, logged } = await start({ timeoutMs: 500 })
  await rawClient(port, get('/slow?ms=9000&token=secret'))
  await until(() => said().includes('asked'))
  const before = performance.now()
  signal('SIGTERM')
  const { code, at } = await ended
  expect(code).toBe(1)
  expect(at - before).toBeLessThan(1000)
  expect(logged()).toMatch(/not everything ended within 500 ms; still open: GET \/slow \(0\.\d s\)/)
  expect(logged()).not.toContain('secret')
  // Its time was kept for it.
  expect(said()).toContain('hook after')
})

test('an exit code that the application has set outlives a shutdown that went well', async () => {
  const { signal, ended } = await start({ scenario: 'failed before' })
  signal('SIGTERM')
  expect((await ended).code).toBe(3)
})

test('all that was written reaches a slow reader of a pipe', async () => {
  const { child, signal, ended, said } = await start({ scenario: 'much output', read: false })
  signal('SIGTERM')
  const slowly = setInterval(() => child.stdout?.resume(), 20)
  expect((await ended).code).toBe(0)
  await until(() => said().endsWith('last line\n'), 'the last line')
  clearInterval(slowly)
  expect(
    said()
      .match(/x+/g)
      ?.some((run) => run.length === 1_000_000),
  ).toBe(true)
})

test('a reader that never reads does not hold it beyond the deadline', async () => {
  const { signal, ended } = await start({ scenario: 'much output', read: false, timeoutMs: 600 })
  const before = performance.now()
  signal('SIGTERM')
  expect((await ended).at - before).toBeLessThan(2000)
})

test('readers of its output that end by the same signal take no request with them', async () => {
  const { child, port, signal, ended, said } = await start()
  const busy = await rawClient(port, get('/slow?ms=500'))
  await until(() => said().includes('asked'))
  child.stdout?.destroy()
  child.stderr?.destroy()
  signal('SIGTERM')
  expect(await busy.received(/answered/)).toMatch(/200 OK/)
  expect((await ended).code).toBe(0)
})

test('a process that nothing keeps alive goes through all of it', async () => {
  const { signal, ended, said, logged } = await start({ scenario: 'consumer', drainDelayMs: 300 })
  signal('SIGTERM')
  expect((await ended).code).toBe(0)
  expect(said()).toContain('hook after SIGTERM')
  expect(logged()).toContain('draining for 300 ms')
})

test('where the application owns the exit the process ends by itself', async () => {
  const { port, signal, ended, said } = await start({ exit: false })
  await (await rawClient(port, get('/'))).received(/answered/)
  signal('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, signal: null })
  expect(said()).toMatch(/hook after SIGTERM[\s\S]*done 0 \d+/)
})

describe('under a parent', () => {
  test.each<Serializable>(['shutdown', { type: 'shutdown' }])('the message %j begins it', async (message) => {
    const { child, ended, said } = await start({ scenario: 'parent', ipc: true })
    child.send(message)
    expect((await ended).code).toBe(0)
    expect(said()).toContain('hook after shutdown message')
  })

  test('so does a parent that goes away', async () => {
    const { child, ended, said } = await start({ scenario: 'parent', ipc: true })
    child.disconnect()
    expect((await ended).code).toBe(0)
    expect(said()).toContain('hook after parent gone')
  })

  test('unasked it hears neither', async () => {
    const { child, port } = await start({ ipc: true })
    child.send('shutdown')
    await (await rawClient(port, get('/health/ready'))).received(/200 OK/)
    child.disconnect()
    await (await rawClient(port, get('/health/ready'))).received(/200 OK/)
  })
})

describe('in a cluster', () => {
  const pids = (said: string) => [...said.matchAll(/listening \d+ (\d+)/g)].map(([, pid]) => Number(pid))

  test.each([true, false])('a worker that ends leaves on purpose; exit: %s', async (exit) => {
    const { said, signal, ended } = await start({ scenario: 'cluster', exit })
    await until(() => pids(said()).length === 2)
    process.kill(pids(said())[0] as number, 'SIGTERM')
    await until(() => said().includes('worker exit'))
    expect(said()).toContain('worker exit 0 true')
    signal('SIGTERM')
    expect((await ended).code).toBe(0)
  })

  test('the primary passes the signal on and waits for requests in its workers', async () => {
    const { port, said, signal, ended } = await start({ scenario: 'cluster' })
    await until(() => pids(said()).length === 2)
    const busy = await rawClient(port, get('/slow?ms=700'))
    await until(() => said().includes('asked'))
    signal('SIGTERM')
    expect(await busy.received(/answered/)).toMatch(/200 OK/)
    expect((await ended).code).toBe(0)
    expect(said().match(/worker exit 0 true/g)).toHaveLength(2)
    // The last of all is the primary's own.
    expect(said().trimEnd().endsWith('hook after SIGTERM')).toBe(true)
  })

  test('a worker that was told already is not ended by what the primary passes on', async () => {
    // Longer than what counts as the same key press.
    const { port, said, logged, signal, ended } = await start({ scenario: 'cluster', drainDelayMs: 150 })
    await until(() => pids(said()).length === 2)
    const busy = await rawClient(port, get('/slow?ms=900'))
    await until(() => said().includes('asked'))
    // As systemd does, and as a rolling restart does shortly before.
    for (const pid of pids(said())) process.kill(pid, 'SIGTERM')
    await until(() => logged().match(/accepts nothing more/g)?.length === 2, 'the end of both drain delays')
    signal('SIGTERM')
    expect(await busy.received(/answered/)).toMatch(/200 OK/)
    expect((await ended).code).toBe(0)
  })

  test('nobody is to replace a worker that dies on the way out', async () => {
    const { port, said, signal, ended } = await start({ scenario: 'cluster' })
    await until(() => pids(said()).length === 2)
    const busy = await rawClient(port, get('/slow?ms=700'))
    await until(() => said().includes('asked'))
    signal('SIGTERM')
    await until(() => said().includes('hook after') || said().includes('worker exit 0'), 'one that ends')
    for (const pid of pids(said())) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // The one that had nothing to do.
      }
    }
    await busy.ended
    expect((await ended).code).toBe(1)
    expect(said()).toContain('worker exit null true')
  })

  // Elsewhere one that has exited, and that its primary has not heard of yet, cannot be told from one that runs.
  test.runIf(process.platform === 'linux')(
    'a worker that is cut off at its deadline does not end its primary',
    async () => {
      const { port, said, signal, ended } = await start({
        scenario: 'cluster',
        drainDelayMs: 0,
        timeoutMs: 400,
      })
      await until(() => pids(said()).length === 2)
      const busy = await rawClient(port, get('/slow?ms=9000'))
      await until(() => said().includes('asked'))
      // Busy for longer than its workers wait for it: it reads that they leave only when they have.
      signal('SIGSTOP')
      const workers = pids(said())
      for (const pid of workers) process.kill(pid, 'SIGTERM')
      await busy.ended
      await until(() => workers.every((pid) => !isRunning(pid)), 'the ends of both')
      signal('SIGCONT')
      await until(() => said().match(/worker exit/g)?.length === 2, 'both exits')
      expect(said()).toMatch(/worker exit 0/)
      expect(said()).toMatch(/worker exit 1/)
      // Nothing keeps it alive then.
      expect((await ended).code).toBe(0)
    },
  )

  test('a worker that the signal finds in the middle of its start has not failed', async () => {
    const { said, signal, ended } = await start({ scenario: 'cluster', environment: { IMPORTING: '2' } })
    await until(() => pids(said()).length === 1 && said().includes('importing'))
    signal('SIGTERM')
    expect((await ended).code).toBe(0)
    expect(said()).toContain('worker exit 0 true')
    expect(said()).toContain('worker exit null true')
  })

  test('a worker that served, and that the signal itself ended, has failed', async () => {
    const { said, signal, ended } = await start({ scenario: 'cluster', environment: { CARELESS: '2' } })
    await until(() => pids(said()).length === 2)
    signal('SIGTERM')
    expect((await ended).code).toBe(1)
    expect(said()).toContain('worker exit null true')
  })

  test('a worker that was killed, or is stuck beyond the deadline, makes the primary exit 1', async () => {
    const { said, signal, ended, logged } = await start({ scenario: 'cluster', timeoutMs: 800 })
    await until(() => pids(said()).length === 2)
    process.kill(pids(said())[0] as number, 'SIGSTOP')
    signal('SIGTERM')
    expect((await ended).code).toBe(1)
    expect(logged()).toMatch(/still open: worker \d/)
  })
})
