import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { json } from 'node:stream/consumers'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { check, createHealth, degraded, down } from 'hale'
import { addHealthService } from 'hale/grpc'
import { afterAll, describe, expect, test } from 'vitest'
import type { GeneratedFile } from '../packages/cli/src/generate/target.ts'
import { alertmanager } from '../packages/cli/src/generate/targets/alertmanager.ts'
import { blackboxFiles } from '../packages/cli/src/generate/targets/blackbox.ts'
import { grafana } from '../packages/cli/src/generate/targets/grafana.ts'
import { monit } from '../packages/cli/src/generate/targets/monit.ts'
import { checkCommands } from '../packages/cli/src/generate/targets/nagios.ts'
import { prometheusFiles } from '../packages/cli/src/generate/targets/prometheus.ts'
import { profileOf } from '../packages/cli/src/profile/defaults.ts'
import { runProgram } from './fixtures/run-program.ts'
import { type SwitchedService, startSwitchedService } from './fixtures/switched-service.ts'
import { until } from './fixtures/until.ts'
import { alertmanagerProgram, amtoolProgram, startAlertmanager } from './servers/alertmanager.ts'
import { blackboxProgram, startBlackbox } from './servers/blackbox.ts'
import { createAuthority, opensslProgram } from './servers/certificates.ts'
import { checkHttpProgram } from './servers/check-http.ts'
import { monitProgram, startMonit } from './servers/monit.ts'
import { prometheusProgram, promtoolProgram, startPrometheus } from './servers/prometheus.ts'
import { type Provision, provide } from './servers/provide.ts'
import { createServerDirectory } from './servers/server-directory.ts'
import { whenOwned, whenProvided } from './servers/when-provided.ts'
import { temporaryTree } from './temporary-tree.ts'

/** The exporter takes half a second off what Prometheus gives it. */
const PROBE_MS = 1000
const SCRAPE_MS = 500

const profile = profileOf({
  name: 'orders',
  port: 8080,
  metricsPath: '/health/metrics',
  checks: [
    { name: 'dependency', critical: true, timeoutMs: 500, probes: ['readiness'] },
    { name: 'cache.near', critical: false, timeoutMs: 200, probes: ['readiness'] },
  ],
})

/** Files by what their path ends in. */
function byName(files: readonly GeneratedFile[]): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map(({ path, text }) => [path.slice(path.lastIndexOf('/') + 1), text]))
}

function pathOf(provision: Provision): string {
  return provision.how === 'program' ? provision.path : ''
}

whenProvided(promtoolProgram, 'promtool', (provision) => {
  const promtool = (args: readonly string[], cwd: string) => runProgram(pathOf(provision), args, cwd)
  const plain = { ...profile, checks: [] }

  test.each([
    ['with its checks', profile],
    ['without any', plain],
    ['over TLS, on a port of its own', { ...profile, tls: true, servicePort: 443 }],
  ])('accepts what is generated of a service %s', async (_, of) => {
    const files = byName([...prometheusFiles(of, {}, 15_000), ...blackboxFiles(of, {}, 15_000)])
    const tree = temporaryTree(files)
    for (const configuration of ['prometheus.yml', 'orders.scrape.yml']) {
      expect((await promtool(['check', 'config', configuration], tree)).status).toBe(0)
    }
    for (const rules of ['orders.rules', 'orders.probe.rules']) {
      expect(await promtool(['check', 'rules', `${rules}.yml`], tree)).toMatchObject({ status: 0 })
    }
  })

  test('sees each alert fire in its time', async () => {
    // A name that means something in a pattern, in a string, and in a template.
    const name = 'odd "name" (a|b)+ \\d {{ . }}'
    const checks = [{ ...profile.checks[0], name } as (typeof profile.checks)[number], ...profile.checks]
    const of = { ...profile, tls: true, checks }
    const tree = temporaryTree(byName([...prometheusFiles(of, {}, 15_000), ...blackboxFiles(of, {}, 15_000)]))
    for (const rules of ['orders.rules', 'orders.probe.rules']) {
      expect(await promtool(['test', 'rules', `${rules}.test.yml`], tree)).toMatchObject({ status: 0 })
    }
  })

  test('would see an alert that does not fire, fires too early, or on what only looks like it', async () => {
    const files = byName(prometheusFiles(profile, {}, 15_000))
    const faults = [
      ['HaleNotLive', /hale_probe_up\{job="orders",probe="liveness"\} == 0/, 'vector(0) == 1'],
      ['HaleStartsTooLong', /for: 90s/, 'for: 0s'],
      [
        'HaleNotReady',
        / unless on \(job, instance\) hale_lifecycle_state\{job="orders",state=~"starting\|.*/,
        '',
      ],
    ] as const
    let rules = files['orders.rules.yml'] ?? ''
    for (const [name, part, fault] of faults) {
      expect(rules, name).toMatch(part)
      rules = rules.replace(part, fault)
    }
    // Hours of one that is not spoilt would be gone through as well.
    const [head, ...tests] = (files['orders.rules.test.yml'] ?? '').split(/^(?= {2}- interval:)/m)
    const spoilt = tests.filter((it) => faults.some(([name]) => it.includes(`alertname: ${name}\n`)))
    const shorter = [head, ...spoilt].join('')
    const { status, said } = await promtool(
      ['test', 'rules', 'orders.rules.test.yml'],
      temporaryTree({ ...files, 'orders.rules.yml': rules, 'orders.rules.test.yml': shorter }),
    )
    expect(status).toBe(1)
    const failed = new Set([...said.matchAll(/alertname: (\w+)/g)].map(([, name]) => name))
    expect([...failed].sort()).toEqual(faults.map(([name]) => name).sort())
  })
})

whenProvided(amtoolProgram, 'amtool', (provision) => {
  test('accepts the route and sends each severity where it belongs', async () => {
    const tree = temporaryTree(byName(alertmanager.files(profile, {})))
    const amtool = (...args: readonly string[]) => runProgram(pathOf(provision), args, tree)
    expect((await amtool('check-config', 'alertmanager.yml')).status).toBe(0)
    const receiverOf = async (severity: string) => {
      const labels = ['job=orders', `severity=${severity}`]
      const { stdout } = await amtool('config', 'routes', 'test', '--config.file=alertmanager.yml', ...labels)
      return stdout.trim()
    }
    expect(await receiverOf('critical')).toBe('orders-page')
    expect(await receiverOf('warning')).toBe('orders-chat')
  })
})

describe.concurrent('what is generated, looking at real instances:', () => {
  whenOwned(prometheusProgram, 'Prometheus', () => {
    whenOwned(alertmanagerProgram, 'with an Alertmanager', () => {
      whenOwned(blackboxProgram, 'and a blackbox exporter', () => {
        test('sees each state, wakes somebody for what matters, and shows it', async () => {
          await using one = await startSwitchedService('one')
          await using two = await startSwitchedService('two')
          const instances = [one.address, two.address]
          const probing = byName(blackboxFiles(profile, { instances }, PROBE_MS))
          await using exporter = await startBlackbox(probing['orders.blackbox.yml'] ?? '')
          await using receiver = await startReceiver()
          await using manager = await startAlertmanager(
            addressed(byName(alertmanager.files(profile, {}))['alertmanager.yml'] ?? '', receiver.url),
          )
          const scraping = byName(prometheusFiles(profile, { instances }, SCRAPE_MS))
          await using prometheus = await startPrometheus({
            ...probing,
            ...scraping,
            'prometheus.yml': merged(scraping, probing, exporter.address, manager.address),
          })
          const value = async (query: string) => (await prometheus.query(query)).map(({ value }) => value)
          const ofOne = `instance="${one.address}"`
          const seenReady = async () => [
            ...(await value(`hale_probe_up{${ofOne},probe="readiness"}`)),
            ...(await value(`probe_success{instance="http://${one.address}/health/ready"}`)),
          ]
          const firing = async () =>
            (await prometheus.alerts())
              .filter(({ state }) => state === 'firing')
              .map(({ labels }) => labels.alertname)

          await until(seenReady, [1, 1])
          one.become('DEGRADED')
          await until(() => value(`hale_check_status{${ofOne},status="DEGRADED"}`), [1])
          expect(await seenReady()).toEqual([1, 1])

          one.become('DOWN')
          await until(seenReady, [0, 0])
          expect(await value('sum(hale_probe_up{probe="readiness"})')).toEqual([1])
          two.become('DOWN')
          const stateOf = async (name: string) =>
            (await manager.alerts())
              .filter(({ labels }) => labels.alertname === name)
              .map(({ status, receivers }) => `${status.state} ${receivers[0]?.name}`)
          await until(async () => (await firing()).includes('HaleNobodyReady'), true)
          await until(() => stateOf('HaleNobodyReady'), ['active orders-page'])
          // Both are told to Alertmanager, which keeps them to itself.
          await until(() => stateOf('HaleNotReady'), Array(2).fill('suppressed orders-chat'))

          // It arrives at whom it wakes, and the cause at whom it does not.
          await until(() => receiver.told('page').includes('firing HaleNobodyReady'), true)
          await until(() => receiver.told('chat').includes('firing HaleCheckDown'), true)
          expect(receiver.told('page')).not.toContain('firing HaleCheckDown')

          for (const [panel, queries] of queriesOfDashboard()) {
            for (const query of queries) {
              const shown = await value(query)
              expect([panel, shown.length > 0 && shown.every(Number.isFinite)]).toEqual([panel, true])
            }
          }
          one.become('UP')
          two.become('UP')
          await until(seenReady, [1, 1])
          await until(async () => (await firing()).filter((name) => name !== 'HaleFlaps'), [])
          await until(() => receiver.told('page').includes('resolved HaleNobodyReady'), true)
        }, 60_000)
      })
    })
  })

  whenOwned(blackboxProgram, 'the blackbox exporter', () => {
    test('asks by gRPC, where readiness is NOT_SERVING when it is DOWN', async () => {
      let outcome = degraded('slow')
      const maxAgeMs = { up: 0, down: 0 }
      const health = createHealth({ checks: { dependency: check(() => outcome, { maxAgeMs }) } })
      const server = new Server()
      await using _service = addHealthService(server, health)
      const port = await bound(server)
      try {
        const [modules] = blackboxFiles({ ...profile, grpcPort: port }, {}, PROBE_MS)
        await using exporter = await startBlackbox(modules?.text ?? '')
        const ready = () => exporter.succeeds('orders_grpc', `127.0.0.1:${port}`)
        expect(await ready()).toBe(true)
        outcome = down('gone')
        expect(await ready()).toBe(false)
      } finally {
        server.forceShutdown()
        await health.dispose()
      }
    })

    whenProvided(opensslProgram, 'over TLS', () => {
      // Made at once, since making them holds up whatever else is tested at the time.
      const authority = createAuthority()
      const directory = createServerDirectory('authority')
      afterAll(() => directory.remove())
      const caFile = join(directory.path, 'ca.crt')
      writeFileSync(caFile, authority.ca)
      const vouched = authority.issue({ hosts: ['orders'] })
      const forAnother = authority.issue({ hosts: ['invoices'] })

      test('believes whom the named authority vouches for, and nobody else', async () => {
        await using one = await startSwitchedService('one', { tls: vouched })
        await using other = await startSwitchedService('other', { tls: forAnother })
        const [modules] = blackboxFiles({ ...profile, tls: true }, { caFile }, PROBE_MS)
        await using exporter = await startBlackbox(modules?.text ?? '')
        const ready = ({ address }: SwitchedService) =>
          exporter.succeeds('orders_ready', `https://${address}/health/ready`)
        expect([await ready(one), await ready(other)]).toEqual([true, false])
        expect(other.asked()).toBe(0)
        one.become('DOWN')
        expect(await ready(one)).toBe(false)
      }, 30_000)
    })

    test('tells in service from well', async () => {
      await using one = await startSwitchedService('one')
      const [modules] = blackboxFiles(profile, { instances: [one.address] }, PROBE_MS)
      await using exporter = await startBlackbox(modules?.text ?? '')
      const said = async () => {
        const names = ['ready', 'not_degraded']
        const probed = names.map((name) =>
          exporter.succeeds(`orders_${name}`, `http://${one.address}/health/ready`),
        )
        return [
          ...(await Promise.all(probed)),
          await exporter.succeeds('orders_live', `http://${one.address}/health/live`),
        ]
      }
      expect(await said()).toEqual([true, true, true])
      one.become('DEGRADED')
      expect(await said()).toEqual([true, false, true])
      one.become('DOWN')
      expect(await said()).toEqual([false, false, true])
      one.become('UP')
      one.drain()
      expect(await said()).toEqual([false, false, true])
    }, 30_000)
  })

  whenOwned(monitProgram, 'monit', () => {
    test('tells who is out, and who is back', async () => {
      await using one = await startSwitchedService('one')
      await using two = await startSwitchedService('two')
      const [checks] = monit.files(profile, { instances: [one.address, two.address] })
      await using server = await startMonit(checks?.text ?? '')
      const both = (of: string) => ({ 'orders-1': of, 'orders-2': 'OK' })
      await until(() => server.statuses(), both('OK'))
      one.become('DEGRADED')
      const before = one.asked()
      await until(() => one.asked() - before > 3, true)
      expect(server.statuses()).toEqual(both('OK'))
      one.become('DOWN')
      await until(() => server.statuses(), both('Connection failed'))
      one.become('UP')
      await until(() => server.statuses(), both('OK'))
    }, 60_000)
  })

  whenOwned(checkHttpProgram, 'check_http', () => {
    test('is OK in service, a WARNING while DEGRADED, and CRITICAL when out', async () => {
      await using one = await startSwitchedService('one')
      // Of a service that may take its time, since one that is late is a WARNING too, and tests share a machine.
      const { path } = profile.readiness
      const { ready, degraded } = checkCommands({ ...profile, readiness: { path, budgetMs: 8000 } })
      const said = async () => [await exitCodeOf(ready, one), await exitCodeOf(degraded, one)]
      expect(await said()).toEqual([0, 0])
      one.become('DEGRADED')
      expect(await said()).toEqual([0, 1])
      one.become('DOWN')
      expect(await said()).toEqual([2, 1])
      one.become('UP')
      expect(await said()).toEqual([0, 0])
      one.drain()
      expect((await said())[0]).toBe(2)
    }, 30_000)
  })
})

/** Both generated files as one, as their heads say; each ends in its `scrape_configs`. */
function merged(
  scraping: Readonly<Record<string, string>>,
  probing: Readonly<Record<string, string>>,
  exporter: string,
  manager: string,
): string {
  const [, jobs = ''] = (probing['orders.scrape.yml'] ?? '').split('scrape_configs:\n')
  const alerting = `alerting:\n  alertmanagers:\n    - static_configs:\n        - targets: ["${manager}"]\n`
  const both = (scraping['prometheus.yml'] ?? '').replace(
    '  - orders.rules.yml',
    '  - orders.rules.yml\n  - orders.probe.rules.yml',
  )
  return alerting + both + jobs.replace('localhost:9115', exporter)
}

/** The queries of each panel, with the variables as Grafana puts them in. */
function queriesOfDashboard(): readonly (readonly [panel: string, queries: readonly string[]])[] {
  const [dashboard] = grafana.files(profile, {})
  const { panels } = JSON.parse(dashboard?.text ?? '{}') as {
    panels: { title: string; targets: { expr: string }[] }[]
  }
  expect(panels.length).toBeGreaterThan(5)
  const filled = (query: string) =>
    query.replaceAll('$job', 'orders').replaceAll('$instance', '.*').replaceAll('$__range', '6h')
  return panels.map(({ title, targets }) => [title, targets.map(({ expr }) => filled(expr))])
}

/** Gives each receiver an address, and nobody time to wait for what else there may be. */
function addressed(configuration: string, url: string): string {
  const quick = configuration
    .replaceAll(/group_wait: \d+s/g, 'group_wait: 1s')
    .replace('group_interval: 5m', 'group_interval: 2s')
  const told = quick.replace(
    /- name: orders-(\w+)$/gm,
    `- name: orders-$1\n    webhook_configs: [{ url: '${url}/$1' }]`,
  )
  expect(told.match(/webhook_configs/g)).toHaveLength(2)
  return told
}

interface Receiver extends AsyncDisposable {
  readonly url: string
  /** What has come to one of its paths, as `firing HaleNotReady`. */
  told(path: string): readonly string[]
}

/** Whoever is told by Alertmanager. */
async function startReceiver(): Promise<Receiver> {
  const told: { readonly path: string; readonly text: string }[] = []
  const server = createServer(async (request, response) => {
    const { alerts } = (await json(request)) as {
      alerts: { status: string; labels: { alertname: string } }[]
    }
    for (const { status, labels } of alerts)
      told.push({ path: request.url ?? '', text: `${status} ${labels.alertname}` })
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    told: (wanted) => told.filter(({ path }) => path === `/${wanted}`).map(({ text }) => text),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function bound(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    )
  })
}

async function exitCodeOf(command: string, { port }: SwitchedService): Promise<number | null> {
  const macros: Readonly<Record<string, string>> = {
    $USER1$: dirname(pathOf(provide(checkHttpProgram))),
    $HOSTADDRESS$: '127.0.0.1',
    $ARG1$: String(port),
  }
  const line = command.replace(/\$\w+\$/g, (macro) => macros[macro] ?? macro)
  return (await runProgram('/bin/sh', ['-c', line])).status
}
