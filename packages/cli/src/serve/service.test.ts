// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references as hale.yaml has them
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { fakeTerminal } from '../command/fake-terminal.ts'
import type { DefinitionProblem } from '../definition/definition.ts'
import { logTo } from './log.ts'
import { problemLines } from './problem-lines.ts'
import { Redaction } from './redaction.ts'
import { Service } from './service.ts'
import { watchFile } from './watch-file.ts'

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
    response.end()
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
  })
  expect(service.health.check('one').report().checkedAt).toBe(since)
  expect(Object.keys((await service.health.readiness()).checks).sort()).toEqual(['one', 'three', 'two'])
  expect(asked).toEqual(['/one', '/two', '/other'])
  expect(await rewrite(`checks: { one: { url: "\${URL}/one", type: http } }\n${serve}`)).toEqual({
    added: [],
    changed: [],
    removed: ['two', 'three'],
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
    'hale.yaml:5:26: groups.g.members[0]: no check of this name; known are one, two',
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
  expect(closed).toHaveLength(2)
  await service[Symbol.asyncDispose]()
  expect(closed).toHaveLength(3)
})

it('says which port cannot be had, and leaves nothing open', async () => {
  const { port } = target.address() as AddressInfo
  const text = twoChecks('/two').replace(
    'port: 0',
    `port: 0, haproxyAgent: { port: ${port}, host: 127.0.0.1 }`,
  )
  await expect(start(text)).rejects.toThrow(`serve.haproxyAgent.port: port ${port} is taken; choose another`)
})

it('says what waits for the next start', async () => {
  const { rewrite, terminal } = await start(twoChecks('/two'))
  await rewrite(twoChecks('/two').replace('port: 0', 'port: 0, metrics: true'))
  expect(terminal.said.err).toContain('serve: changed in the file; in force from the next start on')
})

it('logs transitions with their causes, and no secret of the file', async () => {
  const { service, terminal } = await start(`checks: { db: { type: postgres, url: "\${DB}" } }\n${serve}`)
  await service.health.readiness()
  await expect.poll(() => terminal.said.err).toContain('check db UNKNOWN → DOWN')
  expect(terminal.said.err).toContain('cannot connect to ********')
  expect(terminal.said.err).not.toContain(PLANTED)
})

it('reads a file again when it is replaced, or a link before it turned, and not when its folder changes', async () => {
  const place = mkdtempSync(join(folder, 'watched-'))
  const path = join(place, 'hale.yaml')
  writeFileSync(join(place, 'a.yaml'), 'a')
  writeFileSync(join(place, 'b.yaml'), 'bb')
  symlinkSync('a.yaml', path)
  let changes = 0
  const stop = watchFile(
    path,
    () => changes++,
    () => {},
  )
  writeFileSync(join(place, 'other'), 'x')
  symlinkSync('b.yaml', join(place, 'next'))
  renameSync(join(place, 'next'), path)
  await expect.poll(() => changes).toBe(1)
  writeFileSync(join(place, 'new'), 'ccc')
  renameSync(join(place, 'new'), path)
  await expect.poll(() => changes).toBe(2)
  stop()
})
