import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { check, createHealth } from 'hale'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { polling } from './polling.ts'
import { servedUntilClosed } from './served-health.ts'
import { freePort } from './servers/free-port.ts'
import { haproxyProgram, startHaproxy } from './servers/haproxy.ts'
import { startProgram } from './servers/program.ts'
import { provide, type Wanted } from './servers/provide.ts'
import { whenOwned, whenProvided } from './servers/when-provided.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const hale = join(root, 'packages', 'cli', 'dist', 'main.js')
const soon = polling({ timeout: 10_000, interval: 20 })
const opened: (() => unknown)[] = []
const serve = servedUntilClosed(opened)
const folder = mkdtempSync(join(tmpdir(), 'hale-generate-'))
let database: 'up' | 'down' = 'up'
let url = ''
let runs = 0

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** In the project's folder, where `node_modules/hale` is, as in a container. */
function run(program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: root, timeout: 10_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err })
    })
  })
}

const generate = async (...args: readonly string[]): Promise<string> => {
  const { code, out, err } = await run(process.execPath, [hale, 'generate', ...args])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return out
}

beforeAll(async () => {
  const health = createHealth({
    service: { name: 'orders', version: '1.2.3' },
    checks: {
      database: check(
        () => {
          runs += 1
          if (database === 'down') throw new Error('down')
        },
        { maxAgeMs: { up: 0, down: 0 } },
      ),
    },
  })
  url = (await serve(health)).url
})
afterAll(async () => {
  for (const close of opened) await close()
  rmSync(folder, { recursive: true })
})

describe('what a container is told to run', () => {
  test('passes and fails with the service, and is silent on stderr while it is well', async () => {
    const dockerfile = await generate('docker', '--probe', 'readiness', '--endpoint', url)
    const [program, ...args] = JSON.parse(/^ {2}CMD (.*)$/m.exec(dockerfile)?.[1] ?? '[]')
    expect(program).toBe('node')
    database = 'up'
    expect(await run(process.execPath, args)).toMatchObject({ code: 0, err: '' })
    database = 'down'
    expect(await run(process.execPath, args)).toMatchObject({ code: 1 })
  })

  test('asks liveness for ECS, which stays up when the database is down', async () => {
    database = 'down'
    const { containerDefinitions } = JSON.parse(
      await generate('ecs', '--form', 'task-definition', '--endpoint', url),
    )
    const [, , ...args] = containerDefinitions[0].healthCheck.command
    expect(await run(process.execPath, args)).toMatchObject({ code: 0, err: '' })
  })

  test('asks the sidecar by the command that is in its image, as silently', async () => {
    database = 'down'
    const { containerDefinitions } = JSON.parse(
      await generate(
        'ecs',
        '--form',
        'task-definition',
        '--endpoint',
        url,
        '--service-port',
        '8080',
        '--sidecar',
      ),
    )
    const [application, sidecar] = containerDefinitions
    expect(application.healthCheck).toBeUndefined()
    const [, program, ...args] = sidecar.healthCheck.command
    expect(program).toBe('hale')
    expect(await run(process.execPath, [hale, ...args])).toMatchObject({ code: 0, err: '' })
  })

  test('holds the start of a unit until it is ready', async () => {
    const unit = await generate('systemd', '--endpoint', url)
    const [, ...args] = /^ExecStartPost=(.*)$/m.exec(unit)?.[1]?.split(' ') ?? []
    database = 'down'
    const asked = runs
    const started = run(process.execPath, args)
    await soon(() => runs).toBeGreaterThan(asked + 1)
    database = 'up'
    expect(await started).toMatchObject({ code: 0 })
  })
})

whenOwned(haproxyProgram, 'beside an application without an endpoint, behind the generated HAProxy', () => {
  test('hale serve takes it out when it is gone, and back, and out when it is told to end', async () => {
    const application = createServer((_, response) => response.end('hello'))
    const listen = (port: number) =>
      new Promise<void>((resolve) => application.listen(port, '127.0.0.1', resolve))
    await listen(0)
    const { port: servicePort } = application.address() as AddressInfo
    const port = await freePort()
    const definition = join(folder, 'hale.yaml')
    writeFileSync(
      definition,
      `service: { name: orders }
checks:
  orders: { type: http, url: "http://127.0.0.1:${servicePort}/", maxAgeMs: { up: 0, down: 0 } }
serve: { host: 127.0.0.1, port: ${port} }
deploy: { servicePort: ${servicePort}, drainDelayMs: 700 }
`,
    )
    const sidecar = await startProgram({
      path: process.execPath,
      args: [hale, 'serve', definition],
      cwd: folder,
      ready: (output) => output.includes('serving'),
    })
    try {
      const instance = `127.0.0.1:${servicePort}`
      const backend = await generate('haproxy', '--definition', definition, '--instance', instance)
      await using haproxy = await startHaproxy({
        sections: (at) => `frontend front\n bind 127.0.0.1:${at.port}\n default_backend orders\n${backend}`,
      })
      const said = async () => {
        const response = await fetch(haproxy.url, { headers: { connection: 'close' } })
        return response.ok ? response.text() : response.status
      }
      const state = () => haproxy.state('orders-1', 'orders')
      await soon(said).toBe('hello')
      application.closeAllConnections()
      await new Promise((resolve) => application.close(resolve))
      await soon(async () => (await state()).status).toBe('DOWN')
      await listen(servicePort)
      await soon(said).toBe('hello')
      sidecar.signal('SIGTERM')
      // By its word, while it is still there, and not because nobody answers.
      await soon(async () => (await state()).checkCode).toBe(503)
      await soon(said).toBe(503)
      expect(await (await fetch(`http://${instance}`)).text()).toBe('hello')
    } finally {
      await sidecar.end()
      application.closeAllConnections()
      application.close()
    }
  }, 30_000)
})

const systemdAnalyze: Wanted = {
  name: 'systemd-analyze',
  program: 'systemd-analyze',
  debianPackage: 'systemd',
}

whenProvided(systemdAnalyze, 'systemd', () => {
  test.each(['exec', 'notify'])('finds nothing wrong with the units of the form %s', async (form) => {
    const provision = provide(systemdAnalyze)
    if (provision.how !== 'program') throw new Error('not a program')
    const units = join(folder, form)
    await generate('systemd', '--name', 'orders', '--port', '3000', '--form', form, '--out', units)
    const paths = readdirSync(units).map((name) => join(units, name))
    // The program that the unit starts has to be there, and is wherever this Node.js is.
    for (const path of paths)
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('/usr/bin/node', process.execPath))
    const verified = await run(provision.path, ['verify', '--man=no', ...paths])
    // It reads the machine's own units too, and may find something there.
    const said = verified.err.split('\n').filter((line) => !/^(?:\/usr)?\/lib\/systemd\//.test(line))
    expect({ ...verified, err: said.join('\n') }).toEqual({ code: 0, out: '', err: '' })
    const [first = ''] = paths
    writeFileSync(first, `${readFileSync(first, 'utf8')}\n[Service]\nKillModus=mixed\n`)
    expect((await run(provision.path, ['verify', '--man=no', ...paths])).err).toContain('KillModus')
  })
})
