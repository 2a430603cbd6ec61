import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { eventually } from '../../../../tests/eventually.ts'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { HealthSource } from '../core/health.ts'
import { degraded, down, type Outcome, up } from '../core/outcome.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { type HaproxyAgentOptions, serveHaproxyAgent } from './haproxy-agent.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

function service(visibility?: 'status') {
  const outcomes: { critical: Outcome; other: Outcome } = { critical: up(), other: up() }
  const always = { maxAgeMs: { up: 0, down: 0 } }
  const health = createHealth({
    checks: {
      cache: check(() => outcomes.other, { ...always, critical: false }),
      database: check(() => outcomes.critical, always),
    },
    groups: {
      ...(visibility !== undefined && { readiness: { visibility } }),
      payments: { members: ['cache'] },
    },
  })
  opened.push(() => health.dispose())
  return { health, outcomes }
}

async function served(health: HealthSource, options: Partial<HaproxyAgentOptions> = {}) {
  const agent = await serveHaproxyAgent(health, { port: 0, host: '127.0.0.1', ...options })
  opened.push(() => agent.close())
  return agent
}

function connected(port: number): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  opened.push(() => socket.destroy())
  return socket
}

/** All that the agent says until it closes. */
function said(port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    connected(port)
      .on('data', (bytes) => {
        text += bytes
      })
      .on('close', () => resolve(text))
  })
}

describe('what is said', () => {
  it('is one line by the status of readiness', async () => {
    const { health, outcomes } = service()
    const { port } = await served(health)
    expect(await said(port)).toBe('ready up 100%\n')
    outcomes.other = down('gone')
    expect(await said(port)).toBe('ready up 50%\n')
    outcomes.critical = degraded('slow')
    expect(await said(port)).toBe('ready up 50%\n')
    // The reason is of what counts, not of the first that is wrong.
    outcomes.other = down('gone')
    outcomes.critical = down('connection refused')
    expect(await said(port)).toBe('ready down #database: connection refused\n')
    outcomes.critical = outcomes.other = up()
    expect(await said(port)).toBe('ready up 100%\n')
  })

  it('follows maintenance and drain at once, whatever the checks do meanwhile', async () => {
    let release: (() => void) | undefined
    const slow = (): Promise<void> =>
      new Promise((resolve) => {
        release = resolve
      })
    // Longer than the test may take, so that who waits for the check fails it.
    const health = createHealth({ checks: { slow: check(slow, { timeoutMs: 60_000 }) }, budgetMs: 60_000 })
    opened.push(() => health.dispose())
    const { port } = await served(health)
    const asked = said(port)
    await eventually(() => expect(release).toBeDefined())
    health.outOfService('new disk')
    expect(await said(port)).toBe('maint\n')
    release?.()
    expect(await asked).toBe('maint\n')
    health.inService()
    health.drain('SIGTERM')
    expect(await said(port)).toBe('drain\n')
    await health.dispose()
    expect(await said(port)).toBe('drain\n')
  })

  it('is maint while starting, and down when the start has failed', async () => {
    const { health } = service()
    let fail = (_: Error): void => {}
    health.startupTask(
      'load models',
      new Promise((_, reject) => {
        fail = reject
      }),
    )
    const { port } = await served(health)
    expect(await said(port)).toBe('maint\n')
    fail(new Error('postgres://user:secret@10.0.0.1/db'))
    await health.started().catch(() => {})
    const line = await said(port)
    expect(line).toMatch(/^ready down #\S.*\n$/)
    expect(line).not.toContain('secret')
  })

  it('names nothing where bodies name nothing', async () => {
    const { health, outcomes } = service('status')
    outcomes.critical = down('secret place')
    const { port } = await served(health)
    expect(await said(port)).toBe('ready down #DOWN\n')
  })

  it('is one line of ASCII, whatever a check says', async () => {
    const { health, outcomes } = service()
    outcomes.critical = down(`ü\nup 100%\r\n${'x'.repeat(400)}`)
    const { port } = await served(health)
    const line = await said(port)
    expect(line).toMatch(/^ready down #[ -~]{1,96}\n$/)
  })

  it('has weights of its own, and tells of another group', async () => {
    const { health, outcomes } = service()
    outcomes.critical = down()
    const { port } = await served(health, { group: 'payments', weights: { up: 90, degraded: 10 } })
    expect(await said(port)).toBe('ready up 90%\n')
    outcomes.other = degraded()
    expect(await said(port)).toBe('ready up 10%\n')
    health.drain()
    expect(await said(port)).toBe('drain\n')
  })

  it('comes within the budget though a check hangs', async () => {
    const health = createHealth({ checks: { hangs: check(() => new Promise(() => {})) }, budgetMs: 60 })
    opened.push(() => health.dispose())
    const { port } = await served(health)
    expect(await said(port)).toBe('ready down #hangs: no answer within 60 ms\n')
  })

  it('is nothing when the registry fails, which is logged', async () => {
    const { health } = service()
    const error = vi.fn()
    const broken = {
      groups: health.groups,
      logger: { error, info() {}, warn() {} },
      latest: () => undefined,
      ask: () => Promise.reject(new Error('broken')),
    } as unknown as HealthSource
    const { port } = await served(broken)
    expect(await said(port)).toBe('')
    expect(error).toHaveBeenCalledOnce()
  })
})

describe('connections', () => {
  it('that are reset hurt nobody, before and after the answer', async () => {
    const { health } = service()
    const { port } = await served(health)
    for (let count = 0; count < 20; count++) {
      const socket = connected(port)
      await new Promise((resolve) => socket.once('connect', resolve))
      socket.resetAndDestroy()
      const reader = connected(port)
      await new Promise((resolve) => reader.once('data', resolve))
      reader.resetAndDestroy()
    }
    expect(await said(port)).toBe('ready up 100%\n')
  })

  it('are answered whatever they send', async () => {
    const { health } = service()
    const { port } = await served(health)
    const socket = connected(port)
    socket.write('x'.repeat(100_000))
    const text = await new Promise((resolve) => socket.once('data', (bytes) => resolve(String(bytes))))
    expect(text).toBe('ready up 100%\n')
  })

  it('are gone once the client is, although it has sent something', async () => {
    const { health } = service()
    const { port } = await served(health, { maxConnections: 1 })
    for (let count = 0; count < 3; count++) {
      await eventually(async () => {
        const socket = connected(port)
        socket.write('hello\n')
        const line = new Promise((resolve) =>
          socket.once('data', (bytes) => resolve(String(bytes))).once('close', () => resolve('')),
        )
        expect(await line).toBe('ready up 100%\n')
        socket.end()
      })
    }
  })

  it('are no more than allowed, and closing ends those that are open', async () => {
    const { health } = service()
    let release = (): void => {}
    health.add(
      'slow',
      check(
        () =>
          new Promise<void>((resolve) => {
            release = resolve
          }),
        { timeoutMs: 30_000 },
      ),
    )
    const agent = await served(health, { maxConnections: 2 })
    const first = said(agent.port)
    const second = said(agent.port)
    await eventually(() => expect(health.latest('readiness')?.checks).toHaveProperty('slow'))
    expect(await said(agent.port)).toBe('')
    await agent.close()
    await agent[Symbol.asyncDispose]()
    release()
    expect(await Promise.all([first, second])).toEqual(['', ''])
  })
})

it('tells every problem of its options', async () => {
  const { health } = service()
  const wrong = { port: '9402', weights: { up: 0, degraded: 101, upp: 1 }, group: 'nobody', hots: '::' }
  const error = await serveHaproxyAgent(health, wrong as never).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(ConfigurationError)
  for (const name of ['port', 'weights.up', 'weights.degraded', 'weights.upp', 'group', 'hots'])
    expect(error.problems.join('\n')).toContain(`${name}:`)
  await expect(serveHaproxyAgent(undefined as never, undefined as never)).rejects.toThrow(
    /health:[\s\S]*port:/,
  )
})

it('rejects when the port is taken', async () => {
  const { health } = service()
  const { port } = await served(health)
  await expect(serveHaproxyAgent(health, { port, host: '127.0.0.1' })).rejects.toThrow(/EADDRINUSE/)
})
