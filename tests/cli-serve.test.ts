import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, credentials } from '@grpc/grpc-js'
import { createHealth } from 'hale'
import { grpc } from 'hale/checks/grpc'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from './fixtures/raw-client.ts'
import { polling } from './polling.ts'
import { freePort } from './servers/free-port.ts'
import { PLANTED_REDIS_PASSWORD, type RedisServer, redisProgram, startRedis } from './servers/redis.ts'
import { whenOwned } from './servers/when-provided.ts'

const soon = polling({ timeout: 10_000, interval: 20 })
const hale = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url))

/** One process for all: each step takes it as the one before has left it. */
whenOwned(redisProgram, 'hale serve', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hale-serve-'))
  let redis: RedisServer
  let child: ChildProcess
  let ports: { readonly main: number; readonly grpc: number; readonly agent: number; readonly thread: number }
  let said = ''
  let exit: Promise<number | null>

  /** As Kubernetes puts a ConfigMap there: the file is a link through a link that is turned. */
  let version = 0
  const write = (text: string, token = 'the-first-token-of-all'): void => {
    const name = `..version-${++version}`
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'hale.yaml'), text)
    writeFileSync(join(folder, name, 'token'), token)
    symlinkSync(name, join(folder, '..next'))
    renameSync(join(folder, '..next'), join(folder, '..data'))
  }
  const definition = (checks: string): string => `service: { name: beside }
checks:
  cache: { type: redis, url: { file: url } }
${checks}
serve:
  port: ${ports.main}
  host: 127.0.0.1
  metrics: true
  visibility: status
  token: { file: token }
  admin: { token: "\${TOKEN}" }
  grpc: { port: ${ports.grpc}, host: 127.0.0.1 }
  haproxyAgent: { port: ${ports.agent}, host: 127.0.0.1 }
  offLoop: { port: ${ports.thread} }
deploy: { drainDelayMs: 1500 }
`
  let token = 'the-first-token-of-all'
  const asked = (path: string, port = ports.main): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } })
  const ready = (port?: number): Promise<Response> => asked('/health/ready', port)

  const overGrpc = async (service: string) => {
    const client = new Client(`127.0.0.1:${ports.grpc}`, credentials.createInsecure())
    // What is tested is the answer, not how soon it comes.
    const checks = { it: grpc(client, { service, timeoutMs: 4000 }) }
    await using health = createHealth({ checks, groups: { readiness: { budgetMs: 5000 } } })
    const report = await health.readiness()
    client.close()
    return report.checks.it
  }

  beforeAll(async () => {
    redis = await startRedis({ password: PLANTED_REDIS_PASSWORD })
    ports = {
      main: await freePort(),
      grpc: await freePort(),
      agent: await freePort(),
      thread: await freePort(),
    }
    writeFileSync(join(folder, 'url'), `${redis.url}\n`)
    write(definition('  memory: { type: memory }'))
    for (const name of ['hale.yaml', 'token']) symlinkSync(join('..data', name), join(folder, name))
    child = spawn(process.execPath, [hale, 'serve', join(folder, 'hale.yaml'), '--log', 'json'], {
      env: { PATH: process.env.PATH, TOKEN: PLANTED_REDIS_PASSWORD },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    exit = new Promise((resolve) => child.once('exit', resolve))
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    await until(() => said.includes('"serving '), 'hale serve', 10_000)
  })
  afterAll(async () => {
    child?.kill('SIGKILL')
    await redis?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('answers over HTTP, from the thread, over gRPC and to HAProxy', async () => {
    const answer = await ready()
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      service: 'beside',
      details: { cache: { status: 'UP' }, memory: { status: 'UP' } },
    })
    expect((await ready(ports.thread)).status).toBe(200)
    expect(await agentLine(ports.agent)).toBe('ready up 100%\n')
    const metrics = await fetch(`http://127.0.0.1:${ports.main}/health/metrics`)
    expect(await metrics.text()).toContain('hale_probe_up{probe="readiness"} 1')
    expect(await overGrpc('cache')).toMatchObject({ status: 'UP', message: 'serving' })
  })

  test('keeps the last good file on SIGHUP with a wrong one, and takes the mended one when it is there', async () => {
    write(definition('  memroy: { type: memroy }'))
    const refusals = (): number => said.split('the last good one stays in force').length - 1
    await until(() => refusals() === 1, 'the refusal', 5000)
    expect(said).toContain('hale.yaml:4:19: checks.memroy.type: ')
    expect(said).toContain('did you mean memory?')
    child.kill('SIGHUP')
    await until(() => refusals() === 2, 'the second refusal', 5000)
    expect(await (await ready()).json()).toMatchObject({ details: { memory: { status: 'UP' } } })
    // Nobody acts on what operators see.
    expect(await (await asked('/health')).json()).toMatchObject({
      details: {
        definition: { status: 'DEGRADED', message: expect.stringContaining('1 problem, in line 4') },
      },
    })
    expect((await asked('/health')).status).toBe(200)
    expect((await ready(ports.thread)).status).toBe(200)
    write(definition('  disk: { type: disk, path: / }'))
    await until(() => said.includes('added disk; removed memory'), 'the change', 5000)
    const { details } = (await (await ready()).json()) as { readonly details: object }
    expect(Object.keys(details)).toEqual(['application', 'cache', 'disk'])
  })

  test('puts groups, ports and a secret that was turned in force', async () => {
    const another = await freePort()
    const text = definition('  disk: { type: disk, path: / }').replace(
      `port: ${ports.agent}`,
      `port: ${another}`,
    )
    write(`${text}groups: { storage: { members: [disk] } }\n`, 'the-second-token-of-all')
    await until(() => said.includes('groups, serve in force'), 'the change', 5000)
    // The thread began anew, on the port that it had.
    for (const port of [ports.main, ports.thread]) {
      expect(await (await asked('/health/storage', port)).text()).not.toContain('details')
      token = 'the-second-token-of-all'
      expect(await (await asked('/health/storage', port)).json()).toMatchObject({ details: { disk: {} } })
      token = 'the-first-token-of-all'
    }
    token = 'the-second-token-of-all'
    expect(await agentLine(another)).toBe('ready up 100%\n')
    await expect(agentLine(ports.agent)).rejects.toThrow('ECONNREFUSED')
    ports = { ...ports, agent: another }
    expect(await overGrpc('storage')).toMatchObject({ status: 'UP' })
  })

  test('is DOWN while the dependency is, and well when it is back', async () => {
    await redis.kill()
    await soon(async () => (await ready()).status).toBe(503)
    expect(await agentLine(ports.agent)).toMatch(/^ready down #cache: /)
    expect(await overGrpc('readiness')).toMatchObject({ status: 'DOWN' })
    // It is not the agent that is to be restarted.
    expect((await asked('/health/live')).status).toBe(200)
    expect(await overGrpc('liveness')).toMatchObject({ status: 'UP' })
    await redis.restart()
    await soon(async () => (await ready()).status).toBe(200)
  })

  test('drains on SIGTERM, exits 0, and has told no secret', async () => {
    child.kill('SIGTERM')
    await soon(async () => (await ready()).status).toBe(503)
    expect(await exit).toBe(0)
    const lines = said
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', check: 'cache', to: 'DOWN' }))
    for (const secret of [PLANTED_REDIS_PASSWORD, 'token-of-all']) expect(said).not.toContain(secret)
  })
})

function agentLine(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = ''
    connect({ host: '127.0.0.1', port })
      .setEncoding('utf8')
      .on('data', (text) => {
        line += text
      })
      .on('end', () => resolve(line))
      .on('error', reject)
  })
}
