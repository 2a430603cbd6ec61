import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Target, TargetOptions } from '../packages/cli/src/generate/target.ts'
import { caddy } from '../packages/cli/src/generate/targets/caddy.ts'
import { haproxy } from '../packages/cli/src/generate/targets/haproxy.ts'
import { nginx } from '../packages/cli/src/generate/targets/nginx.ts'
import { varnish } from '../packages/cli/src/generate/targets/varnish.ts'
import { profileOf } from '../packages/cli/src/profile/defaults.ts'
import { drainingService, rollingRestart } from './fixtures/rolling-restart.ts'
import { type ProgramRun, runProgram } from './fixtures/run-program.ts'
import { type SwitchedService, startSwitchedService } from './fixtures/switched-service.ts'
import { until } from './fixtures/until.ts'
import { caddyProgram, startCaddy } from './servers/caddy.ts'
import { createAuthority, opensslProgram } from './servers/certificates.ts'
import { freePort } from './servers/free-port.ts'
import { haproxyProgram, startHaproxy } from './servers/haproxy.ts'
import { nginxProgram, startNginx } from './servers/nginx.ts'
import { provide, type Wanted } from './servers/provide.ts'
import { createServerDirectory } from './servers/server-directory.ts'
import { startVarnish, varnishProgram } from './servers/varnish.ts'
import { whenOwned, whenProvided } from './servers/when-provided.ts'

// A short drain delay makes short intervals: 200 ms where three failures count, 600 ms where one does.
const profile = profileOf({ name: 'orders', port: 8080, drainDelayMs: 700 })

function textsOf(
  target: Target,
  instances: readonly string[],
  of = profile,
  options: TargetOptions = {},
): readonly string[] {
  return target.files(of, { ...options, instances }).map(({ text }) => text)
}

async function namesBehind(url: string): Promise<readonly string[]> {
  const names = new Set<string>()
  for (let request = 0; request < 8; request++) {
    const response = await fetch(url, { headers: { connection: 'close' } })
    names.add(response.ok ? await response.text() : String(response.status))
  }
  return [...names].sort()
}

const behind = (url: string, ...names: readonly string[]) => until(() => namesBehind(url), names)

/** Settles when it has been asked so often since that it would be out, were it to be. */
async function askedAFewTimes(service: SwitchedService): Promise<void> {
  const before = service.asked()
  await until(() => service.asked() - before > 4, true)
}

/** What every proxy that asks has to do with two instances. */
async function followsReadiness(url: string, one: SwitchedService, two: SwitchedService): Promise<void> {
  await behind(url, 'one', 'two')

  one.become('DEGRADED')
  await askedAFewTimes(one)
  expect(await namesBehind(url)).toEqual(['one', 'two'])

  one.become('DOWN')
  await behind(url, 'two')
  // Out of rotation is not dead: nobody would restart it.
  expect((await fetch(`http://${one.address}/health/live`)).status).toBe(200)

  one.become('UP')
  await behind(url, 'one', 'two')

  two.drain()
  await behind(url, 'one')
}

const frontend = (port: number) => `frontend front
  bind 127.0.0.1:${port}
  default_backend orders
`

const http = (files: readonly string[]) => {
  const [upstream = '', location = ''] = files
  return ({ port }: { readonly port: number }) =>
    `${upstream}server {\n listen 127.0.0.1:${port};\n location / {\n${location}}\n}\n`
}

const apart = { ...profile, name: 'o'.repeat(63), servicePort: 9000, tls: true, agentPort: 9402 }
const odd = { ...profile, name: '1-s', drainDelayMs: 0, readiness: { path: '/a$b/%20/~x', budgetMs: 1 } }
/** What no test sends requests through, but has to be understood as well. */
const others = [
  ['over TLS on a port of its own', apart, ['10.0.0.7:443', '[fd00::7]:443']],
  ['with an odd path, alone', odd, ['10.0.0.7:80']],
] as const

/** What a program says of files, written into a folder of their own that comes first among its arguments' words. */
async function judged(
  wanted: Wanted,
  files: Readonly<Record<string, string>>,
  args: (directory: string) => readonly string[],
): Promise<ProgramRun> {
  const provision = provide(wanted)
  if (provision.how !== 'program') throw new Error(`${wanted.name} is not here`)
  const directory = createServerDirectory('judged')
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory.path, name), text)
    return await runProgram(provision.path, args(directory.path), directory.path)
  } finally {
    directory.remove()
  }
}

describe.concurrent('what is generated, in front of real instances:', () => {
  whenOwned(haproxyProgram, 'HAProxy', () => {
    test.each([...others, ['by names', profile, ['a.internal', 'b.internal']] as const])(
      'accepts a service %s',
      async (_, of, instances) => {
        const [backend = ''] = textsOf(haproxy, instances, of)
        const main = `defaults\n  mode http\n  timeout client 5s\n${frontend(1)}`.replace('orders', of.name)
        const files = { 'haproxy.cfg': main, 'orders.cfg': backend }
        const args = () => ['-c', '-f', 'haproxy.cfg', '-f', 'orders.cfg']
        expect(await judged(haproxyProgram, files, args)).toMatchObject({ status: 0 })
      },
    )

    test('takes instances out and back by readiness', async () => {
      await using one = await startSwitchedService('one')
      await using two = await startSwitchedService('two')
      const [backend = ''] = textsOf(haproxy, [one.address, two.address])
      await using proxy = await startHaproxy({ sections: ({ port }) => frontend(port) + backend })
      await followsReadiness(proxy.url, one, two)
      expect(await proxy.state('orders-2', 'orders')).toMatchObject({ status: 'DOWN', checkCode: 503 })
    }, 40_000)

    test('lets the agent lower the share of an instance that is DEGRADED, and drain one that ends', async () => {
      const agentPort = await freePort()
      await using one = await startSwitchedService('one', { agentPort })
      await using two = await startSwitchedService('two', { agentPort, host: '127.0.0.2' })
      const [backend = ''] = textsOf(haproxy, [one.address, two.address], { ...profile, agentPort })
      await using proxy = await startHaproxy({ sections: ({ port }) => frontend(port) + backend })
      const shareOf = async (name: string) => {
        const { status, weight } = await proxy.state(name, 'orders')
        return [status, weight]
      }
      await until(async () => (await proxy.state('orders-1', 'orders')).agentStatus, 'L7OK')
      await until(() => shareOf('orders-1'), ['UP', 100])

      one.become('DEGRADED')
      await until(() => shareOf('orders-1'), ['UP', 50])
      expect(await namesBehind(proxy.url)).toContain('one')
      one.become('DOWN')
      await until(async () => (await shareOf('orders-1'))[0], 'DOWN (agent)')
      await behind(proxy.url, 'two')
      one.become('UP')
      await until(async () => (await shareOf('orders-1'))[0], 'UP')

      two.drain()
      // Not DOWN: the sessions that it has go on.
      await until(async () => String((await shareOf('orders-2'))[0]), 'DRAIN (agent)')
      await behind(proxy.url, 'one')
    }, 40_000)

    test('rolls over to new instances without losing a request', async () => {
      const ports = [await freePort(), await freePort()]
      const [backend = ''] = textsOf(
        haproxy,
        ports.map((port) => `127.0.0.1:${port}`),
      )
      await using proxy = await startHaproxy({ sections: ({ port }) => frontend(port) + backend })
      const statusOf = async (index: number) => (await proxy.state(`orders-${index + 1}`, 'orders')).status
      const { lost, answered, exitCodes } = await rollingRestart({
        urls: [proxy.url],
        ports,
        restarts: 2,
        perSecond: 50,
        service: drainingService({ drainDelayMs: profile.drainDelayMs, timeoutMs: 5000 }),
        methods: ['GET', 'POST'],
        inRotation: (index) => until(() => statusOf(index), 'UP'),
      })
      expect({ lost, exitCodes }).toEqual({ lost: [], exitCodes: [0, 0] })
      expect(answered).toBeGreaterThan(50)
    }, 40_000)
  })

  whenOwned(caddyProgram, 'Caddy', () => {
    test.each(others)('accepts a service %s', async (_, of, instances) => {
      const [snippets = ''] = textsOf(caddy, instances, of)
      const files = {
        Caddyfile: `{\n\tadmin off\n}\n${snippets}\nhttp://127.0.0.1:1 {\n\timport ${of.name}\n}\n`,
      }
      const args = () => ['validate', '--config', 'Caddyfile', '--adapter', 'caddyfile']
      expect(await judged(caddyProgram, files, args)).toMatchObject({ status: 0 })
    })

    test('takes instances out and back by readiness', async () => {
      await using one = await startSwitchedService('one')
      await using two = await startSwitchedService('two')
      const [snippets = ''] = textsOf(caddy, [one.address, two.address])
      await using proxy = await startCaddy({ snippets, site: '\timport orders' })
      await followsReadiness(proxy.url, one, two)
    }, 40_000)
  })

  whenOwned(varnishProgram, 'Varnish', () => {
    test.each(others)('accepts a service %s', async (_, of, instances) => {
      const [vcl = ''] = textsOf(varnish, instances, of)
      const files = { 'orders.vcl': vcl, 'main.vcl': 'vcl 4.1;\ninclude "./orders.vcl";\n' }
      const args = (directory: string) => [
        '-j',
        'none',
        '-C',
        '-f',
        `${directory}/main.vcl`,
        '-n',
        `${directory}/work`,
      ]
      expect(await judged(varnishProgram, files, args)).toMatchObject({ status: 0 })
    })

    test('takes instances out and back by readiness', async () => {
      await using one = await startSwitchedService('one')
      await using two = await startSwitchedService('two')
      const [vcl = ''] = textsOf(varnish, [one.address, two.address])
      await using proxy = await startVarnish(vcl)
      await followsReadiness(proxy.url, one, two)
    }, 40_000)
  })

  whenOwned(nginxProgram, 'NGINX', () => {
    test.each(others)('accepts a service %s', async (_, of, instances) => {
      const main = http(textsOf(nginx, instances, of))({ port: 1 })
      const files = { 'nginx.conf': `pid nginx.pid;\nevents {}\nhttp {\n${main}}\n` }
      const args = (directory: string) => [
        '-t',
        '-p',
        directory,
        '-c',
        `${directory}/nginx.conf`,
        '-e',
        'stderr',
      ]
      expect(await judged(nginxProgram, files, args)).toMatchObject({ status: 0 })
    })

    test('asks nobody, but passes what an instance cannot answer to the next one', async () => {
      await using one = await startSwitchedService('one', { answers: 'when-ready' })
      await using two = await startSwitchedService('two', { answers: 'when-ready' })
      await using proxy = await startNginx({ http: http(textsOf(nginx, [one.address, two.address])) })
      await behind(proxy.url, 'one', 'two')
      expect(one.asked() + two.asked()).toBe(0)

      await one.stop()
      // Not one request is lost, not even the first one that is refused.
      expect(await namesBehind(proxy.url)).toEqual(['two'])
      expect(proxy.errorLog()).toContain('Connection refused')
      await one.start()
      await behind(proxy.url, 'one', 'two')

      one.become('DEGRADED')
      expect(await namesBehind(proxy.url)).toEqual(['one', 'two'])
      two.become('DOWN')
      expect(await namesBehind(proxy.url)).toEqual(['one'])
      two.become('UP')
      await behind(proxy.url, 'one', 'two')
    }, 40_000)
  })
})

whenProvided(
  opensslProgram,
  'what is generated, in front of instances that an authority vouches for:',
  () => {
    const directory = createServerDirectory('authority')
    afterAll(() => directory.remove())
    const authority = createAuthority()
    const caFile = join(directory.path, 'ca.crt')
    writeFileSync(caFile, authority.ca)
    const encrypted = { ...profile, tls: true }
    const textsFor = (target: Target, instances: readonly SwitchedService[], of = encrypted) =>
      textsOf(
        target,
        instances.map(({ address }) => address),
        of,
        { caFile },
      )
    const trusted = authority.issue({ hosts: ['orders'] })
    /** Certificates that look like it. */
    const doubtful = {
      'another authority’s': createAuthority().issue({ hosts: ['orders'] }),
      'for another name': authority.issue({ hosts: ['invoices'] }),
      expired: authority.issue({ hosts: ['orders'], expired: true }),
    }

    /** Two that are to be believed, and one of each that are not. */
    async function startAll(answers?: 'when-ready') {
      const more = answers === undefined ? {} : { answers }
      const one = await startSwitchedService('one', { tls: trusted, ...more })
      const two = await startSwitchedService('two', { tls: trusted, ...more })
      const impostors = await Promise.all(
        Object.entries(doubtful).map(([name, tls]) => startSwitchedService(name, { tls })),
      )
      const all = [one, two, ...impostors]
      return {
        one,
        two,
        impostors,
        all,
        async [Symbol.asyncDispose]() {
          for (const service of all) await service[Symbol.asyncDispose]()
        },
      }
    }

    async function followsThoseBelieved(
      url: string,
      { one, impostors }: Awaited<ReturnType<typeof startAll>>,
    ) {
      await behind(url, 'one', 'two')
      one.become('DOWN')
      await behind(url, 'two')
      one.become('UP')
      await behind(url, 'one', 'two')
      // Not one question was put to them, beyond the handshake that failed.
      expect(impostors.map((service) => service.asked())).toEqual([0, 0, 0])
    }

    whenOwned(haproxyProgram, 'HAProxy', () => {
      test('takes in whom it believes, and out and back by readiness', async () => {
        await using services = await startAll()
        const [backend = ''] = textsFor(haproxy, services.all)
        await using proxy = await startHaproxy({ sections: ({ port }) => frontend(port) + backend })
        await followsThoseBelieved(proxy.url, services)
        for (const server of ['orders-3', 'orders-4', 'orders-5'])
          expect(await proxy.state(server, 'orders')).toMatchObject({ status: 'DOWN', checkStatus: 'L6RSP' })
      }, 40_000)

      test('asks over TLS on a port of its own, and sends requests in plain HTTP', async () => {
        await using service = await startSwitchedService('one')
        await using beside = await startSwitchedService('beside', { tls: trusted })
        const apart = { ...encrypted, port: beside.port, servicePort: service.port }
        const [backend = ''] = textsFor(haproxy, [service], apart)
        await using proxy = await startHaproxy({ sections: ({ port }) => frontend(port) + backend })
        await until(async () => (await proxy.state('orders-1', 'orders')).checkStatus, 'L7OK')
        await behind(proxy.url, 'one')
        beside.become('DOWN')
        await behind(proxy.url, '503')
        expect(service.asked()).toBe(0)
      }, 40_000)
    })

    whenOwned(caddyProgram, 'Caddy', () => {
      test('takes in whom it believes, and out and back by readiness', async () => {
        await using services = await startAll()
        const [snippets = ''] = textsFor(caddy, services.all)
        await using proxy = await startCaddy({ snippets, site: '\timport orders' })
        await followsThoseBelieved(proxy.url, services)
      }, 40_000)
    })

    whenOwned(nginxProgram, 'NGINX', () => {
      test('sends requests to whom it believes, and what the others get to those', async () => {
        await using services = await startAll('when-ready')
        const { one, two, impostors } = services
        await using proxy = await startNginx({ http: http(textsFor(nginx, [one, two])) })
        await behind(proxy.url, 'one', 'two')
        two.become('DOWN')
        expect(await namesBehind(proxy.url)).toEqual(['one'])
        for (const impostor of impostors) {
          const before = proxy.errorLog().length
          await proxy.reload(http(textsFor(nginx, [one, impostor])))
          expect(await namesBehind(proxy.url)).toEqual(['one'])
          expect(proxy.errorLog().slice(before)).toMatch(/upstream SSL certificate/)
        }
      }, 40_000)
    })
  },
)
