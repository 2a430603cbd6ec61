import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { besideNest11 } from './fixtures/beside-nest-11.ts'
import { get, rawClient, until } from './fixtures/raw-client.ts'

const versions: readonly (readonly [string, () => string])[] = [
  ['Nest 12', () => fileURLToPath(new URL('./fixtures', import.meta.url))],
  ['Nest 11', besideNest11],
]
const running = new Set<ChildProcess>()

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

async function start(fixtures: string, hooks: 'before' | 'after' | 'late' | 'none') {
  const child = spawn(process.execPath, [join(fixtures, 'nest-service.mjs')], {
    env: { PATH: process.env.PATH, HOOKS: hooks },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.add(child)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const said = () => text
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
  await until(() => /listening \d+/.test(said()), 'the service', 10_000)
  return { child, said, ended, port: Number(/listening (\d+)/.exec(said())?.[1]) }
}

const complaint = /shutdown: servers\[0\] \(Nest\): .*enableShutdownHooks\(\)/g

describe.each(versions)('in %s', (_version, place) => {
  test.each(['before', 'after'] as const)(
    'gracefulShutdown takes the signals that enableShutdownHooks, called %s it, would end providers at',
    async (hooks) => {
      const { child, said, ended, port } = await start(place(), hooks)
      const busy = await rawClient(port, get('/slow'))
      await until(() => said().includes('asked'))
      child.kill('SIGTERM')
      await until(() => said().includes('draining'))
      const probe = await rawClient(port, get('/health/live'))
      expect(await probe.received(/UP/)).toMatch(/200 OK/)
      expect(await busy.received(/\r\n\r\n./)).toMatch(/answered/)
      expect(await ended).toBe(0)
      expect(said().match(complaint)).toHaveLength(1)
      expect(said().match(/pool ended/g)).toHaveLength(1)
      expect(said().indexOf('pool ended')).toBeGreaterThan(said().indexOf('accepts nothing more'))
    },
  )

  test('signals that gracefulShutdown does not listen to are left to Nest', async () => {
    const { child, said, ended } = await start(place(), 'before')
    child.kill('SIGHUP')
    expect(await ended).toBe('SIGHUP')
    expect(said()).toContain('pool ended')
  })

  test('called when it listens already, enableShutdownHooks is complained of at the signal, once', async () => {
    const { child, said, ended } = await start(place(), 'late')
    child.kill('SIGTERM')
    await ended
    expect(said().match(complaint)).toHaveLength(1)
  })

  test('nothing is said where Nest listens to no signal', async () => {
    const { child, said, ended } = await start(place(), 'none')
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(said()).not.toMatch(complaint)
  })
})
