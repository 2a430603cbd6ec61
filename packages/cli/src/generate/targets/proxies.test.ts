import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { profileOf } from '../../profile/defaults.ts'
import type { ServiceProfile } from '../../profile/service-profile.ts'
import { grafanaDashboard, grafanaProvisioning } from '../schemas/grafana.ts'
import { envoyBootstrap, traefikDynamic } from '../schemas/proxies.ts'
import type { Schema } from '../schemas/schema.ts'
import type { TargetOptions } from '../target.ts'
import { targets } from './index.ts'

const plain = profileOf({ name: 'orders', port: 8080, metricsPath: '/health/metrics' })
const profiles: Readonly<Record<string, ServiceProfile>> = {
  plain,
  apart: { ...plain, servicePort: 9000, tls: true, agentPort: 9402, grpcPort: 9401 },
  encrypted: { ...plain, tls: true },
  alone: { ...plain, name: '1', replicas: 1, drainDelayMs: 0, host: 'orders.internal' },
  long: { ...plain, name: 'a'.repeat(63), drainDelayMs: 60_000 },
}
const ours = [
  'haproxy',
  'nginx',
  'caddy',
  'varnish',
  'envoy',
  'traefik',
  'prometheus',
  'blackbox',
  'alertmanager',
  'grafana',
  'monit',
  'nagios',
]

async function filesOf(name: string, profile = plain, options: TargetOptions = {}) {
  const target = await targets[name]?.()
  if (target === undefined) throw new Error(`no target ${name}`)
  return target.files(profile, options)
}

async function only(name: string, profile = plain, options: TargetOptions = {}): Promise<string> {
  return (await filesOf(name, profile, options))[0]?.text ?? ''
}

/** Comments as their sentences, whatever their lines. */
function said(text: string): string {
  return text.replace(/\n\s*# /g, ' ')
}

const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })

function problemsOf(schema: Schema, value: unknown): readonly string[] {
  const validate = ajv.compile(schema)
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

describe.each(ours)('%s', (name) => {
  test.each(Object.entries(profiles))('is whole for the %s service, with reasons', async (_, profile) => {
    const files = await filesOf(name, profile)
    expect(files.length).toBeGreaterThan(0)
    expect(new Set(files.map(({ path }) => path)).size).toBe(files.length)
    for (const { text, language } of files) {
      expect(text).toMatch(/[^\n]\n$/)
      expect(text).not.toMatch(/undefined|NaN|\[object|[ \t]$/m)
      if (language !== 'json') expect(text).toMatch(/^\s*# \w/m)
    }
  })

  test('is the same each time', async () => {
    expect(await filesOf(name)).toEqual(await filesOf(name))
  })
})

describe('schemas of our own', () => {
  const cases = [
    ['envoy', envoyBootstrap],
    ['traefik', traefikDynamic],
  ] as const

  test.each(cases)('know what is generated for %s', async (name, schema) => {
    for (const profile of Object.values(profiles)) {
      expect(problemsOf(schema, parse(await only(name, profile)))).toEqual([])
    }
    const trusting = parse(await only(name, { ...plain, tls: true }, { caFile: '/etc/hale/ca.crt' }))
    expect(problemsOf(schema, trusting)).toEqual([])
    expect(JSON.stringify(trusting)).toContain('/etc/hale/ca.crt')
  })

  test('know Grafana’s dashboard and its provisioning', async () => {
    for (const profile of Object.values(profiles)) {
      const [dashboard, provisioning] = await filesOf('grafana', profile)
      expect(problemsOf(grafanaDashboard, JSON.parse(dashboard?.text ?? ''))).toEqual([])
      expect(problemsOf(grafanaProvisioning, parse(provisioning?.text ?? ''))).toEqual([])
    }
  })

  test('refuse a field that is mistyped or missing', async () => {
    const mistyped = (await only('envoy')).replace('no_traffic_interval', 'noTrafficInterval')
    expect(problemsOf(envoyBootstrap, parse(mistyped))).not.toEqual([])
    const missing = (await only('envoy')).replace('unhealthy_threshold: 3', '')
    expect(problemsOf(envoyBootstrap, parse(missing))).not.toEqual([])
    const unit = (await only('traefik')).replace('timeout: 2s', 'timeout: 2 s')
    expect(problemsOf(traefikDynamic, parse(unit))).not.toEqual([])
  })
})

describe('figures', () => {
  test('let every proxy that asks notice before an instance stops listening', async () => {
    for (const drainDelayMs of [1000, 5000, 30_000]) {
      const profile = { ...plain, drainDelayMs }
      const envoy = parse(await only('envoy', profile)).static_resources.clusters[0].health_checks[0]
      expect(Number.parseFloat(envoy.interval) * envoy.unhealthy_threshold * 1000).toBeLessThanOrEqual(
        drainDelayMs,
      )
      const [, inter, fall] = /inter (\d+)ms fall (\d+)/.exec(await only('haproxy', profile)) ?? []
      expect(Number(inter) * Number(fall)).toBeLessThanOrEqual(drainDelayMs)
      const [, caddy] = /health_interval ([\d.]+)s/.exec(await only('caddy', profile)) ?? []
      expect(Number(caddy) * 1000).toBeLessThanOrEqual(drainDelayMs)
    }
  })

  test('say that no interval is short enough, and what would help', async () => {
    const text = said(await only('haproxy', { ...plain, drainDelayMs: 100 }))
    expect(text).toContain('TOO LATE')
    expect(text).toContain('drain delay of 1 s')
    expect(said(await only('haproxy'))).not.toContain('TOO LATE')
  })

  test('have Varnish count as the others do', async () => {
    const text = await only('varnish')
    const [window, threshold] = ['window', 'threshold'].map((name) =>
      Number(new RegExp(`\\.${name} = (\\d+);`).exec(text)?.[1]),
    )
    expect([(window ?? 0) - (threshold ?? 0) + 1, threshold]).toEqual([3, 2])
  })

  test('give every answer more time than its budget', async () => {
    const slow = { ...plain, readiness: { path: '/health/ready', budgetMs: 3500 } }
    for (const name of ['haproxy', 'caddy', 'varnish', 'envoy', 'traefik', 'blackbox', 'monit']) {
      const [, digits, unit] =
        /timeout(?: check|:| =)? ([\d.]+)(ms|s| seconds)/.exec(
          (await only(name, slow)).replace(/connect.timeout.*/g, ''),
        ) ?? []
      expect([name, Number(digits) * (unit === 'ms' ? 1 : 1000)]).toEqual([name, 5000])
    }
  })
})

describe('instances', () => {
  test('are those given, IPv6 too', async () => {
    const options = { instances: ['10.0.0.7:81', '[fd00::7]:82', 'orders.internal'] }
    const haproxy = await only('haproxy', plain, options)
    expect(haproxy).toContain('server orders-1 10.0.0.7:81\n')
    expect(haproxy).toContain('server orders-2 [fd00::7]:82\n')
    expect(haproxy).toContain('server orders-3 orders.internal:8080\n')
    expect(haproxy).not.toContain('placeholders')
    expect(await only('varnish', plain, options)).toContain('.host = "fd00::7";\n  .port = "82";')
  })

  test('are refused together, each with the mend', async () => {
    const instances = ['a b:1', '10.0.0.7:0', 'x:99999', 'fd00::7:80', 'good:80', 'good:80', '1.2.3:80']
    await expect(filesOf('nginx', plain, { instances })).rejects.toMatchObject({
      problems: expect.arrayContaining([expect.stringContaining('"a b:1": want host:port')]),
    })
    const error = await filesOf('nginx', plain, { instances }).catch((caught) => caught)
    expect(error.problems).toHaveLength(6)
  })

  test('are asked where their health is', async () => {
    const apart = { ...plain, servicePort: 9000 }
    const options = { instances: ['10.0.0.7:9000'] }
    expect(await only('haproxy', apart, options)).toContain('check port 8080')
    expect(await only('caddy', apart, options)).toContain('health_port 8080')
    expect(await only('prometheus', apart, options)).toContain('- 10.0.0.7:8080')
    expect(await only('monit', apart, options)).toContain('port 8080')
    expect(said(await only('varnish', apart, options))).toContain('VARNISH ASKS WHERE IT SENDS REQUESTS')
  })

  test('of one there is none to fall back on, which NGINX is told', async () => {
    const alone = { ...plain, replicas: 1, host: '10.0.0.7' }
    expect(await only('nginx', alone)).toContain('ONE SERVER ALONE')
    expect(await only('nginx')).not.toContain('ONE SERVER ALONE')
  })
})

test('a path that a proxy would read as its own is refused', async () => {
  const odd = { ...plain, readiness: { path: '/a"; drop', budgetMs: 800 } }
  for (const name of ['haproxy', 'nginx', 'caddy', 'varnish', 'monit', 'nagios']) {
    await expect(filesOf(name, odd)).rejects.toThrow('--base-path')
  }
})

test.each(['backend', 'probe', 'directors', 'vcl', 'vcl-cache'])(
  'no service called %s is a word of VCL',
  async (name) => {
    const text = await only('varnish', { ...plain, name })
    const symbols = [...text.matchAll(/^(?:probe|backend| {2}new) (\w+) /gm)].map(([, symbol]) => symbol)
    expect(symbols).toHaveLength(4)
    for (const symbol of symbols) {
      expect(symbol).toMatch(/^[a-z]\w*_(?:ready|instances|\d)$/)
      expect(symbol).not.toMatch(/^vcl_/)
    }
    expect(text).toContain(`set req.backend_hint = ${symbols.at(-1)}.backend();`)
  },
)

test('HAProxy asks for liveness where an agent tells of readiness', async () => {
  expect(await only('haproxy')).toContain('uri /health/ready ')
  const agent = await only('haproxy', { ...plain, agentPort: 9402 })
  expect(agent).toContain('uri /health/live ')
  expect(agent).toContain('agent-port 9402')
  expect(await only('haproxy', { ...plain, agentPort: 9402 }, { ask: 'http' })).not.toContain('agent-port')
  expect(await only('haproxy', plain, { ask: 'agent' })).toContain('agent-port 9402')
})

test('Prometheus wants to know where the metrics are', async () => {
  const { metricsPath: _, ...without } = plain
  await expect(filesOf('prometheus', without)).rejects.toThrow('--metrics-path')
})

test('panels of the dashboard lie side by side, none above another one', async () => {
  const { panels } = JSON.parse(await only('grafana')) as {
    panels: { gridPos: { x: number; y: number; w: number; h: number } }[]
  }
  const taken = new Set<string>()
  for (const { gridPos } of panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x} ${y}`)).toBe(false)
        taken.add(`${x} ${y}`)
      }
    }
  }
})

test('uids of dashboards differ where names do', async () => {
  const uidOf = async (name: string) => JSON.parse(await only('grafana', { ...plain, name })).uid
  expect(await uidOf(`${'a'.repeat(60)}-1`)).not.toBe(await uidOf(`${'a'.repeat(60)}-2`))
})
