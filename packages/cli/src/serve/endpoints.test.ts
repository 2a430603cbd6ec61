import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { Client, credentials } from '@grpc/grpc-js'
import { check, createHealth, down, type Health } from 'hale'
import { grpc } from 'hale/checks/grpc'
import { afterEach, expect, it } from 'vitest'
import { freePort } from '../../../../tests/servers/free-port.ts'
import type { ServeDefinition } from '../definition/definition.ts'
import { Endpoints } from './endpoints.ts'
import { TurnedHealth } from './turned-health.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

function registry(named: string, well = true): Health {
  const one = check(() => (well ? undefined : down('gone')))
  const health = createHealth({ service: { name: named }, checks: { one } }) as Health
  open.push(() => health.dispose())
  return health
}

function endpoints(): Endpoints {
  const made = new Endpoints()
  open.push(() => made.close())
  return made
}

const host = '127.0.0.1'
const named = async (port: number, path = '/health/ready'): Promise<unknown> => {
  const response = await fetch(`http://${host}:${port}${path}`)
  return response.status === 404 ? 404 : ((await response.json()) as { service: unknown }).service
}
const refused = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port }, () => resolve(false))
    socket.on('error', () => resolve(true)).on('connect', () => socket.destroy())
  })

it('answers for another registry without a request that fails, on connections that are kept too', async () => {
  const port = await freePort()
  const served = endpoints()
  await served.change(registry('a'), { port, host })
  let asking = true
  const names: unknown[] = []
  const asked = (async () => {
    while (asking) names.push(await named(port))
  })()
  for (const name of ['b', 'c', 'd']) {
    await expect.poll(() => names.at(-1), { interval: 2 }).toBeDefined()
    await served.change(registry(name), { port, host, visibility: 'components' })
    await expect.poll(() => names.at(-1), { interval: 2 }).toBe(name)
  }
  asking = false
  await asked
  expect([...new Set(names)]).toEqual(['a', 'b', 'c', 'd'])
})

it('listens on another port before the one is closed, and finishes what is under way there', async () => {
  const [from, to] = [await freePort(), await freePort()]
  const served = endpoints()
  const health = registry('a')
  let answer: (() => void) | undefined
  const slowly = new Promise<void>((resolve) => {
    answer = resolve
  })
  let asked = false
  health.add(
    'slow',
    check(() => {
      asked = true
      return slowly
    }),
  )
  await served.change(health, { port: from, host })
  const slow = named(from)
  await expect.poll(() => asked).toBe(true)
  const changed = served.change(health, { port: to, host })
  await expect.poll(() => refused(from)).toBe(true)
  expect(await refused(to)).toBe(false)
  answer?.()
  expect(await slow).toBe('a')
  await changed
  expect(served.list.map(({ where }) => where)).toEqual([`http://${host}:${to}/health`])
})

it('has the same port anew for another host, and an exchange of ports', async () => {
  const [one, two, three] = [await freePort(), await freePort(), await freePort()]
  const served = endpoints()
  const health = registry('a')
  await served.change(health, {
    port: one,
    host,
    offLoop: { port: two },
    haproxyAgent: { port: three, host },
  })
  const other = registry('b')
  await served.change(other, { port: one, offLoop: { port: two }, haproxyAgent: { port: three, host } })
  expect([await named(one), await named(two)]).toEqual(['b', 'b'])
  expect(await refused(three)).toBe(false)
  await served.change(other, { port: two, host, offLoop: { port: one } })
  expect([await named(one), await named(two)]).toEqual(['b', 'b'])
  expect(await refused(three)).toBe(true)
  // The thread alone has the port that both had.
  await served.change(other, { port: one, host, offLoop: true })
  expect(await named(one)).toBe('b')
  expect(served.list.map(({ what }) => what)).toEqual(['probes off the loop'])
})

it('keeps the connections of the thread and of the agent for another registry', async () => {
  const [one, two] = [await freePort(), await freePort()]
  const served = endpoints()
  const serve = { port: one, host, offLoop: { port: two }, haproxyAgent: { port: 0, host } }
  const places = () => served.list.map(({ where }) => where)
  await served.change(registry('a'), serve)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  open.push(() => agent.destroy())
  const overOne = () =>
    new Promise<string>((resolve, reject) => {
      const request = get({ host, port: two, path: '/health/ready', agent }, (response) => {
        resolve(text(response).then((body) => `${request.reusedSocket} ${JSON.parse(body).service}`))
      })
      request.on('error', reject)
    })
  expect(await overOne()).toBe('false a')
  const before = places()
  await served.change(registry('b', false), serve)
  expect(await overOne()).toBe('true b')
  // Another agent would have another port.
  expect(places()).toEqual(before)
  await served.change(registry('b', false), { ...serve, visibility: 'status' })
  expect(await overOne()).toBe('true undefined')
  await served.change(registry('b', false), serve)
  expect(await overOne()).toBe('true b')
  // What the thread has to wait longer for it must know when it begins.
  const patient = createHealth({ service: { name: 'c' }, checks: {}, budgetMs: 60_000 }) as Health
  open.push(() => patient.dispose())
  await served.change(patient, serve)
  expect(await overOne()).toBe('false c')
})

it('answers for the registry that it was turned to, also whom it asked of the one before', async () => {
  let answer: (() => void) | undefined
  const slowly = new Promise<void>((resolve) => {
    answer = resolve
  })
  const before = createHealth({ service: { name: 'a' }, checks: { one: check(() => slowly) } }) as Health
  open.push(() => before.dispose())
  const source = new TurnedHealth(before)
  const { logger } = source
  const seen: string[] = []
  const unwatch = source.watch((what) => void seen.push(what))
  const asked = source.ask('readiness')
  const told: string[] = []
  const to = (line: string): void => void told.push(line)
  const one = check(() => down('gone'))
  const options = { service: { name: 'b' }, checks: { one }, logger: { info: to, warn: to, error: to } }
  const after = createHealth(options) as Health
  open.push(() => after.dispose())
  source.turn(after)
  logger.warn('heard by the one in force')
  expect(told).toContain('heard by the one in force')
  answer?.()
  expect((await asked)?.status).toBe('DOWN')
  expect([source.service.name, seen[0]]).toEqual(['b', 'lifecycle'])
  unwatch()
  const count = seen.length
  source.turn(before)
  expect(seen).toHaveLength(count)
})

it('leaves everything as it was when one port cannot be had, also what had to be closed for it', async () => {
  const [one, two, taken] = [await freePort(), await freePort(), await freePort()]
  const blocker = endpoints()
  await blocker.change(registry('other'), { port: taken, host })
  const served = endpoints()
  const before: ServeDefinition = { port: one, host, offLoop: { port: two } }
  await served.change(registry('a'), before)
  // The third fails before anything is closed, the agent when the thread has been closed for it: it has no such group.
  const next: ServeDefinition = {
    port: two,
    host,
    basePath: '/h',
    offLoop: { port: one },
    grpc: { port: taken, host },
  }
  await expect(served.change(registry('b'), next)).rejects.toMatchObject({
    path: 'serve.grpc.port',
    problem: `port ${taken} is taken; choose another, or end who has it`,
  })
  expect([await named(one), await named(two)]).toEqual(['a', 'a'])
  const broken = { ...before, offLoop: false, haproxyAgent: { port: two, host, group: 'none' } }
  await expect(served.change(registry('b'), broken)).rejects.toThrow('group')
  expect([await named(one), await named(two)]).toEqual(['a', 'a'])
})

it('goes on over gRPC with another registry, on the same connection', async () => {
  const [port, grpcPort] = [await freePort(), await freePort()]
  const served = endpoints()
  const serve = { port, host, grpc: { port: grpcPort, host } }
  await served.change(registry('a'), serve)
  const client = new Client(`${host}:${grpcPort}`, credentials.createInsecure())
  open.push(() => client.close())
  const asked = async () => {
    await using health = createHealth({ checks: { it: grpc(client) } })
    return (await health.readiness()).checks.it.status
  }
  expect(await asked()).toBe('UP')
  await served.change(registry('b', false), serve)
  expect(await asked()).toBe('DOWN')
})

it('answers 404 beside its paths, and closes what never asks', async () => {
  const port = await freePort()
  const served = endpoints()
  await served.change(registry('a'), { port, host })
  expect(await named(port, '/other')).toBe(404)
  const silent = connect({ host, port })
  await new Promise((resolve) => silent.once('connect', resolve))
  const closed = new Promise((resolve) => silent.once('close', resolve))
  await served.close()
  await closed
})
