import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { check, createHealth } from 'hale'
import { serveHealth } from 'hale/node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fakeTerminal } from '../command/fake-terminal.ts'
import { UsageError } from '../command/usage-error.ts'
import { readProfile } from './read-profile.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'hale-profile-'))
})
afterEach(() => {
  rmSync(cwd, { recursive: true })
})

async function problemsOf(promise: Promise<unknown>): Promise<readonly string[]> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof UsageError)) throw new Error('expected a UsageError', { cause: error })
  return error.problems
}

describe('flags', () => {
  test('are enough with a name and a port', async () => {
    const profile = await readProfile({ name: 'orders', port: '3000' }, fakeTerminal({ cwd }))
    expect(profile).toMatchObject({
      name: 'orders',
      port: 3000,
      replicas: 2,
      startupMs: 60_000,
      drainsItself: true,
    })
  })

  test('say everything that is wrong with them at once', async () => {
    const flags = {
      name: '!',
      port: '70000',
      replicas: '0',
      budgetMs: '1.5',
      startupMs: '-1',
      basePath: 'health',
      image: 'a b',
    }
    const problems = await problemsOf(readProfile(flags, fakeTerminal({ cwd })))
    for (const flag of [
      '--name',
      '--port',
      '--replicas',
      '--budget-ms',
      '--startup-ms',
      '--base-path',
      '--image',
    ])
      expect(problems.filter((it) => it.startsWith(flag))).toHaveLength(1)
    expect(problems).toHaveLength(7)
  })

  test('say it with what is wrong with where the service is described', async () => {
    const flags = { port: '0', endpoint: 'ftp://orders', definition: '' }
    expect(await problemsOf(readProfile(flags, fakeTerminal({ cwd })))).toEqual([
      expect.stringMatching(/^--port/),
      expect.stringMatching(/^--definition and --endpoint/),
      '--definition: an empty name names no file',
      expect.stringMatching(/^--endpoint is asked by ftp/),
    ])
  })

  test('name what is missing, and every way to give it', async () => {
    const problems = await problemsOf(readProfile({}, fakeTerminal({ cwd })))
    expect(problems).toHaveLength(2)
    expect(problems.join()).toMatch(/--name, --definition hale.yaml or --endpoint URL.*--port/)
  })

  test('go for all three probes, and leave the rest of the definition', async () => {
    writeFileSync(
      join(cwd, 'hale.yaml'),
      'service: { name: orders }\nchecks: {}\nbudgetMs: 300\nserve: { port: 3000, basePath: /h }\n',
    )
    const profile = await readProfile({ budgetMs: '900', replicas: '4' }, fakeTerminal({ cwd }))
    expect(profile).toMatchObject({
      name: 'orders',
      replicas: 4,
      readiness: { path: '/h/ready', budgetMs: 900 },
    })
    const moved = await readProfile({ basePath: '/status' }, fakeTerminal({ cwd }))
    expect(moved.startup).toEqual({ path: '/status/startup', budgetMs: 300 })
  })
})

describe('a definition', () => {
  test('of this folder is taken unasked, without what it would reach', async () => {
    const text = `service: { name: orders }\nchecks:\n  database: { type: tcp, host: "\${NOT_SET}", port: 5432, timeoutMs: 400 }\n`
    writeFileSync(join(cwd, 'hale.yaml'), text)
    const profile = await readProfile({}, fakeTerminal({ cwd }))
    expect(profile).toMatchObject({ name: 'orders', port: 9400 })
    expect(profile.checks).toEqual([
      { name: 'database', type: 'tcp', critical: true, timeoutMs: 400, probes: ['readiness'] },
    ])
  })

  test('that is wrong says where', async () => {
    writeFileSync(join(cwd, 'mine.yaml'), 'service: { name: orders }\nserve: { port: high }\nchecks: {}\n')
    const problems = await problemsOf(readProfile({ definition: 'mine.yaml' }, fakeTerminal({ cwd })))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^mine\.yaml:2:\d+: serve\.port: /)
  })

  test('that is asked for and not there is a problem', async () => {
    expect(await problemsOf(readProfile({ definition: 'no.yaml' }, fakeTerminal({ cwd })))).toHaveLength(1)
  })

  test('and an endpoint are one too many', async () => {
    const flags = { definition: 'hale.yaml', endpoint: 'http://localhost' }
    expect(await problemsOf(readProfile(flags, fakeTerminal({ cwd })))).toHaveLength(1)
  })
})

describe('an endpoint', () => {
  test('that is DOWN tells as much as one that is UP', async () => {
    const health = createHealth({
      service: { name: 'orders', version: '1.2.3' },
      checks: {
        database: check(() => {
          throw new Error('down')
        }),
      },
    })
    await using server = await serveHealth(health, { port: 0, host: '127.0.0.1', metrics: true })
    const { port, origin } = new URL(server.url)
    const terminal = fakeTerminal({ cwd })
    for (const endpoint of [`${origin}/health`, `${origin}/health/ready`, `127.0.0.1:${port}`]) {
      const profile = await readProfile({ endpoint }, terminal)
      expect(profile).toMatchObject({
        name: 'orders',
        version: '1.2.3',
        host: '127.0.0.1',
        port: Number(port),
        liveness: { path: '/health/live', budgetMs: 800 },
        startup: { path: '/health/startup', budgetMs: 800 },
        metricsPath: '/health/metrics',
      })
      expect(profile.checks.map(({ name }) => name)).toEqual(['database'])
    }
    expect(terminal.said.err).toBe('')
  })

  test('of another make is asked where such have their probes, and says what it lacks', async () => {
    const server = createServer(({ url }, response) => {
      const readiness = url === '/actuator/health/readiness'
      const body = readiness ? { status: 'UP', components: { db: { status: 'UP' } } } : { error: 'Not Found' }
      response
        .writeHead(readiness ? 200 : 404, { 'content-type': 'application/json' })
        .end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const terminal = fakeTerminal({ cwd })
    const endpoint = `http://127.0.0.1:${port}/actuator/health`
    const profile = await readProfile({ endpoint, name: 'spring' }, terminal, 'hale generate')
    server.close()
    expect(profile.readiness.path).toBe('/actuator/health/readiness')
    expect(profile.startup.path).toBe('/actuator/health/readiness')
    expect(terminal.said.err).toMatch(/^hale generate: \/actuator\/health\/liveness is not there/)
  })

  test('that nobody answers at, or that is none, is a problem with the mend', async () => {
    const server = createServer((_, response) => response.writeHead(404).end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const endpoint = `http://127.0.0.1:${port}/health`
    const [elsewhere] = await problemsOf(readProfile({ endpoint }, fakeTerminal({ cwd })))
    expect(elsewhere).toMatch(/answers 404: give the base path/)
    await new Promise((resolve) => server.close(resolve))
    const [nobody] = await problemsOf(readProfile({ endpoint }, fakeTerminal({ cwd })))
    expect(nobody).toMatch(/did not answer: connection refused/)
  })

  test.each([
    ['ftp://user:secret@orders/', /^--endpoint is asked by ftp, and only http and https are taken here/],
    ['http://user:secret@[zz', /^--endpoint is no address, such as http/],
    ['unix:/run/secret.sock', /^--endpoint is a socket, and only http/],
  ])('of %s is refused without what it holds', async (endpoint, problem) => {
    const problems = await problemsOf(readProfile({ endpoint }, fakeTerminal({ cwd })))
    expect(problems).toEqual([expect.stringMatching(problem)])
    expect(problems.join()).not.toContain('secret')
  })
})
