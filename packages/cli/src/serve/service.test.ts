// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references as hale.yaml has them
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { fakeTerminal } from '../command/fake-terminal.ts'
import type { DefinitionProblem } from '../definition/definition.ts'
import { problemLines } from '../definition/problem-lines.ts'
import { logTo } from './log.ts'
import { Redaction } from './redaction.ts'
import { Service } from './service.ts'

const PLANTED = 'planted-Secret'
const folder = mkdtempSync(join(tmpdir(), 'hale-serve-'))
const file = join(folder, 'hale.yaml')
const open: { [Symbol.asyncDispose](): Promise<void> }[] = []
let asked: string[] = []
let target: Server
let url: string

beforeAll(async () => {
  target = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url !== '/never') response.end()
  })
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(target.address() as AddressInfo).port}`
})
afterAll(() => {
  target.close()
  rmSync(folder, { recursive: true })
})
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
  asked = []
})

async function start(text: string) {
  writeFileSync(file, text)
  const terminal = fakeTerminal()
  const redaction = new Redaction()
  const refused: DefinitionProblem[][] = []
  const closed: string[] = []
  const service = await Service.start({
    file,
    env: { URL: url, DB: `postgres://hale:${PLANTED}@127.0.0.1:1/orders` },
    logger: logTo(terminal, 'text', redaction),
    redaction,
    refuse: (problems) => void refused.push([...problems]),
    importDriver: async () => ({ Pool: poolClass(closed) }),
  })
  if (!(service instanceof Service)) throw new Error(problemLines('f', service.problems).join('\n'))
  open.push({
    async [Symbol.asyncDispose]() {
      for (const endpoint of service.endpoints) await endpoint.close()
      await service[Symbol.asyncDispose]()
    },
  })
  const rewrite = async (changed: string) => {
    writeFileSync(file, changed)
    return service.reload()
  }
  return { service, terminal, refused, closed, rewrite }
}

/** A pool whose server fails in the words of a driver that repeats what it was given. */
function poolClass(closed: string[]) {
  return class {
    readonly totalCount = 0
    readonly idleCount = 0
    readonly waitingCount = 0
    readonly options: { connectionString: string; max: number }
    constructor(options: { connectionString: string; max: number }) {
      this.options = options
    }
    on(): this {
      return this
    }
    connect(): Promise<never> {
      return Promise.reject(new Error(`cannot connect to ${this.options.connectionString}`))
    }
    async end(): Promise<void> {
      closed.push(this.options.connectionString)
    }
  }
}

const serve = 'serve: { port: 0, host: 127.0.0.1 }\n'
const twoChecks = (path: string, more = ''): string =>
  `checks:\n  one: { type: http, url: "\${URL}/one" }\n  two: { type: http, url: "\${URL}${path}"${more} }\n${serve}`

it('serves what the file says', async () => {
  const { service } = await start(twoChecks('/two'))
  const [probes] = service.endpoints
  const answer = await fetch(`${probes?.where}/ready`)
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ details: { one: { status: 'UP' }, two: { status: 'UP' } } })
})

it('puts new, changed and removed checks in force, and keeps the results of the others', async () => {
  const { service, rewrite } = await start(twoChecks('/two'))
  await service.health.readiness()
  const since = service.health.check('one').report().checkedAt
  expect(since).toBeDefined()
  expect(
    await rewrite(twoChecks('/other', ', timeoutMs: 300').replace(serve, `  three: { type: gc }\n${serve}`)),
  ).toEqual({
    added: ['three'],
    changed: ['two'],
    removed: [],
    sections: [],
  })
  expect(service.health.check('one').report().checkedAt).toBe(since)
  expect(Object.keys((await service.health.readiness()).checks).sort()).toEqual(['one', 'three', 'two'])
  expect(asked).toEqual(['/one', '/two', '/other'])
  expect(await rewrite(`checks: { one: { url: "\${URL}/one", type: http } }\n${serve}`)).toEqual({
    added: [],
    changed: [],
    removed: ['two', 'three'],
    sections: [],
  })
  expect(service.health.check('one').report().checkedAt).toBe(since)
})

it('keeps the last good file in force when the next is wrong, and takes the one after', async () => {
  const { service, rewrite, refused } = await start(twoChecks('/two'))
  for (const wrong of [
    'checks: [',
    twoChecks('/two', ', timeoutMs: soon'),
    `${twoChecks('/two')}groups: { g: { members: [three] } }`,
    twoChecks('/two', ', degradedAfterMs: 900'),
    twoChecks('/two').replace('type: http, url: "${URL}/two"', 'type: postgres, url: "${NOPE}"'),
  ]) {
    expect(await rewrite(wrong)).toHaveProperty('problems')
    expect((await service.health.readiness()).status).toBe('UP')
    expect(service.health.hasCheck('two')).toBe(true)
  }
  expect(refused.map((problems) => problems.length)).toEqual([expect.any(Number), 1, 1, 1, 1])
  expect(problemLines('hale.yaml', refused.slice(2, 4).flat())).toEqual([
    'hale.yaml:5:26: groups.g.members[0]: no check of this name; known are one, two, definition',
    'hale.yaml:3:58: checks.two.degradedAfterMs: expected less than timeoutMs (500), got 900',
  ])
  expect(await rewrite(twoChecks('/third'))).toMatchObject({ changed: ['two'] })
})

it('closes the clients of checks that have changed or gone, of files that are refused too', async () => {
  const database = (more: string): string =>
    `checks: { db: { type: postgres, url: "\${DB}"${more} } }\n${serve}groups: { g: { members: [db] } }\n`
  const { service, rewrite, closed } = await start(database(''))
  await rewrite(database(', timeoutMs: 600'))
  expect(closed).toHaveLength(1)
  expect(await rewrite(`${database('')}  # wrong\nbudgetMs: no\n`)).toHaveProperty('problems')
  expect(await rewrite(database(', degradedAt: 1'))).toHaveProperty('problems')
  expect(await rewrite(database('').replace('[db]', '[dc]'))).toHaveProperty('problems')
  // Of files that are refused those that were made to be looked at.
  expect(closed).toHaveLength(3)
  await service[Symbol.asyncDispose]()
  expect(closed).toHaveLength(4)
})

it('says which port cannot be had, and leaves nothing open', async () => {
  const { port } = target.address() as AddressInfo
  const text = twoChecks('/two').replace(
    'port: 0',
    `port: 0, haproxyAgent: { port: ${port}, host: 127.0.0.1 }`,
  )
  await expect(start(text)).rejects.toThrow(`serve.haproxyAgent.port: port ${port} is taken; choose another`)
})

it.each([
  ['port: 0, host: 192.0.2.1', 'f:2:25: serve.host'],
  ['port: 0, grpc: { port: 0, host: 192.0.2.1 }', 'f:2:42: serve.grpc.host'],
  ['port: 0, offLoop: true, host: 192.0.2.1', 'f:2:40: serve.host'],
])('says which host is none of this machine: %s', async (serve, where) => {
  const text = `checks: { m: { type: gc } }\nserve: { ${serve} }`
  await expect(start(text)).rejects.toThrow(
    `${where}: port 0 cannot be had at this host, which is none of this machine`,
  )
})

it('puts service, groups, budget and serve in force, and forgets nothing that was changed by hand', async () => {
  const { service, rewrite } = await start(twoChecks('/two'))
  const before = service.health
  const where = service.endpoints[0]?.where ?? ''
  service.health.check('one').tune({ timeoutMs: 321 })
  service.health.check('two').disable('repair', { forMs: 60_000 })
  service.health.outOfService('moving')
  const changed = twoChecks('/two').replace('127.0.0.1 }', '127.0.0.1, basePath: /h, metrics: true }')
  const sections = 'service: { name: orders }\nbudgetMs: 500\ngroups: { both: { members: [one, two] } }\n'
  expect(await rewrite(`${changed}${sections}`)).toEqual({
    ...{ added: [], changed: [], removed: [] },
    sections: ['service', 'groups', 'budgetMs', 'serve'],
  })
  expect(service.health).not.toBe(before)
  expect(service.endpoints[0]?.where).toBe(where.replace('/health', '/h'))
  const { health } = service
  expect(health.groups.find(({ name }) => name === 'both')?.budgetMs).toBe(500)
  expect(health.control.of('one').tuned).toEqual({ timeoutMs: 321 })
  expect(health.control.of('two')).toMatchObject({ enabled: false, reason: 'repair' })
  expect((health.control.of('two').until ?? 0) - Date.now()).toBeGreaterThan(50_000)
  expect(await (await fetch(where.replace('/health', '/h/ready'))).json()).toMatchObject({
    ...{ status: 'OUT_OF_SERVICE', service: 'orders' },
    details: { application: { message: 'maintenance: moving' }, one: { status: 'UP' } },
  })
  health.inService()
  expect((await fetch(where.replace('/health', '/h/both'))).status).toBe(200)
  expect((await fetch(where.replace('/health', '/h/metrics'))).status).toBe(200)
  expect((await fetch(`${where}/ready`)).status).toBe(404)
})

it('has run every check before another registry takes the place of the first', async () => {
  const { service, rewrite } = await start(twoChecks('/two', ', intervalMs: 60000'))
  await service.health.check('two').run()
  await rewrite(`${twoChecks('/two', ', intervalMs: 60000')}budgetMs: 500\n`)
  expect(service.health.check('two').report().status).toBe('UP')
})

it('shows where operators look that a file was refused, and changes no verdict by it', async () => {
  const { service, rewrite } = await start(twoChecks('/two'))
  const where = service.endpoints[0]?.where ?? ''
  const shown = async () => (await (await fetch(where)).json()) as { status: string; details: object }
  expect(await shown()).toMatchObject({ status: 'UP', details: { definition: { message: 'in force' } } })
  await rewrite(twoChecks('/two', ', timeoutMs: soon, retries: -1'))
  expect(await shown()).toMatchObject({
    status: 'DEGRADED',
    details: {
      definition: {
        status: 'DEGRADED',
        message: 'refused: 2 problems, the first in line 3; the last good one stays in force',
      },
    },
  })
  expect((await fetch(where)).status).toBe(200)
  expect((await service.health.readiness()).status).toBe('UP')
  await rewrite(twoChecks('/two'))
  expect(await shown()).toMatchObject({ status: 'UP' })
  // A liveness that fails when DEGRADED would restart what then cannot start.
  const strict = `${twoChecks('/two')}groups: { liveness: { statusCodes: { DEGRADED: 503 } } }\n`
  await rewrite(strict)
  await rewrite(`${strict}x`)
  expect((await fetch(where)).status).toBe(200)
  expect(await (await fetch(`${where}/definition`)).json()).toMatchObject({ status: 'DEGRADED' })
  expect(await rewrite('checks: { definition: { type: gc } }')).toMatchObject({
    problems: [{ path: 'checks.definition', text: 'the name is that of the check of this file' }],
  })
})

it('logs of a reload only what it has changed', async () => {
  const { service, terminal, rewrite } = await start(twoChecks('/two'))
  await service.health.readiness()
  const told = () => terminal.said.err.split('\n').filter((line) => line.includes('→'))
  const before = told().length
  expect(before).toBeGreaterThan(3)
  await rewrite(`${twoChecks('/two', ', timeoutMs: 300')}budgetMs: 500\n`)
  await service.health.readiness()
  expect(told().slice(before)).toEqual([])
  await rewrite(`${twoChecks('/two', ', expectedStatus: 204, timeoutMs: 300')}budgetMs: 600\n`)
  await service.health.readiness()
  expect(told().slice(before)).toEqual([
    expect.stringContaining('check two UP → DOWN'),
    expect.stringContaining('readiness UP → DOWN'),
  ])
})

it('keeps everything as it was when a port cannot be had', async () => {
  const { service, rewrite, refused, closed } = await start(twoChecks('/two'))
  const { port } = target.address() as AddressInfo
  const where = service.endpoints[0]?.where ?? ''
  const before = service.health
  const taken = twoChecks('/two').replace('port: 0', `port: ${port}`)
  const database = '  db: { type: postgres, url: "${DB}" }\n'
  await rewrite(`${taken.replace(serve.slice(0, 6), `${database}serve:`)}budgetMs: 300\n`)
  expect(problemLines('hale.yaml', refused.flat())).toEqual([
    `hale.yaml:5:16: serve.port: port ${port} is taken; choose another, or end who has it`,
  ])
  expect(service.health).toBe(before)
  expect(closed).toHaveLength(1)
  expect((await fetch(`${where}/ready`)).status).toBe(200)
})

it('drops a reload that is under way when it is to end', async () => {
  const { service, rewrite } = await start(twoChecks('/two'))
  const before = service.health
  const reloading = rewrite(`${twoChecks('/never', ', timeoutMs: 60000')}budgetMs: 300\n`)
  await expect.poll(() => asked).toContain('/never')
  const began = performance.now()
  await service.stopReloading()
  expect(performance.now() - began).toBeLessThan(2000)
  expect(await reloading).toEqual({ added: [], changed: [], removed: [], sections: [] })
  expect(service.health).toBe(before)
  expect(await service.reload()).toMatchObject({ sections: [] })
})

it('reads secrets again whose files have changed', async () => {
  writeFileSync(join(folder, 'token'), `first-${PLANTED}\n`)
  const text = twoChecks('/two').replace('port: 0', 'port: 0, visibility: status, token: { file: token }')
  const { service, terminal, rewrite } = await start(text)
  expect(service.files).toEqual([file, join(folder, 'token')])
  const asWho = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${service.endpoints[0]?.where}/ready`, { headers })).text()
  }
  expect(await asWho(`first-${PLANTED}`)).toContain('details')
  writeFileSync(join(folder, 'token'), `second-${PLANTED}\n`)
  expect(await service.reload()).toMatchObject({ sections: ['serve'] })
  expect(await asWho(`second-${PLANTED}`)).toContain('details')
  expect(await asWho(`first-${PLANTED}`)).not.toContain('details')
  rmSync(join(folder, 'token'))
  expect(await service.reload()).toMatchObject({ problems: [{ path: 'serve.token' }] })
  // It is looked for where it was, and others where they are to be: when they are there all is well.
  await rewrite(text.replace('file: token', 'file: another'))
  expect(service.files).toEqual([file, join(folder, 'another')])
  expect(terminal.said.err).not.toContain(PLANTED)
})

it('logs transitions with their causes, and no secret of the file', async () => {
  const { service, terminal } = await start(`checks: { db: { type: postgres, url: "\${DB}" } }\n${serve}`)
  await service.health.readiness()
  await expect.poll(() => terminal.said.err).toContain('check db UNKNOWN → DOWN')
  expect(terminal.said.err).toContain('cannot connect to ********')
  expect(terminal.said.err).not.toContain(PLANTED)
})
