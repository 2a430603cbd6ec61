import { describe, expect, test } from 'vitest'
import type { GeneratedFile, Target, TargetOptions } from '../generate/target.ts'
import { targets } from '../generate/targets/index.ts'
import { profileOf } from '../profile/defaults.ts'
import type { ServiceProfile } from '../profile/service-profile.ts'
import { NOTHING } from './documents/notes.ts'
import { readDocuments } from './documents/read-documents.ts'
import { examine } from './examine.ts'

const plain = profileOf({ name: 'orders', port: 3000, grpcPort: 3001, metricsPath: '/health/metrics' })
const profiles: Readonly<Record<string, ServiceProfile>> = {
  plain,
  slow: profileOf(
    {
      ...plain,
      image: 'registry.example:5000/team/orders:1.2.3',
      servicePort: 8080,
      agentPort: 3002,
      replicas: 5,
      startupMs: 290_000,
      drainDelayMs: 20_000,
      inFlightMs: 60_000,
      drainsItself: false,
      checks: [
        { name: 'database', type: 'postgres', critical: true, timeoutMs: 400, probes: ['readiness'] },
        { name: 'disk', type: 'disk', critical: true, timeoutMs: 400, probes: ['liveness', 'readiness'] },
      ],
      liveness: { path: '/health/live', budgetMs: 200 },
      readiness: { path: '/health/ready', budgetMs: 2500 },
      startup: { path: '/health/startup', budgetMs: 3100 },
    },
    {},
  ),
  encrypted: { ...plain, tls: true, liveness: { path: '/internal/live', budgetMs: 800 } },
  alone: { ...plain, replicas: 1, startupMs: 1000, drainDelayMs: 1000, inFlightMs: 0 },
}

async function generated(name: string, profile: ServiceProfile, options: TargetOptions = {}) {
  const target = await targets[name]?.()
  if (target === undefined) throw new Error(`no target ${name}`)
  return target.files(profile, options)
}

/** One for each form and way of asking that a target has. */
function choicesOf({ forms = [], asks = [] }: Target): readonly TargetOptions[] {
  return [{}, ...forms.map((form) => ({ form })), ...asks.map((ask) => ({ ask }))]
}

/** Rules that are broken, each file by itself, as in a folder that holds others too. */
async function findingsIn(
  files: readonly GeneratedFile[],
  profile: ServiceProfile,
): Promise<readonly string[]> {
  const read = await Promise.all(files.map(readDocuments))
  const service = { profile, source: 'hale.yaml', timesAreKnown: true }
  return examine(
    read.flatMap(({ documents }) => documents),
    service,
  )
    .filter(({ suppressed }) => suppressed === undefined)
    .map(({ rule, path, finding }) => `${path}: ${rule.id}: ${finding.what}`)
}

describe.each(Object.entries(profiles))('with the profile %s', (_, profile) => {
  test.each(Object.keys(targets))('nothing is found in what is generated for %s', async (name) => {
    const target = await targets[name]?.()
    for (const choice of target === undefined ? [] : choicesOf(target)) {
      const files = await generated(name, profile, choice)
      const found = await findingsIn(files, profile)
      expect(found.filter(isNotOfShortDrain(name, profile)), JSON.stringify(choice)).toEqual([])
      // Silence would be easy for what cannot be read.
      const unknown = (await Promise.all(files.map(readDocuments))).filter(({ note }) => note === NOTHING)
      expect(unknown).toEqual([])
    }
  })
})

/** What is generated says of it too that it is too short; the file that would have to be changed is another one. */
function isNotOfShortDrain(target: string, { drainDelayMs }: ServiceProfile): (found: string) => boolean {
  return (found) => target !== 'kubernetes' || drainDelayMs >= 5000 || !found.includes(': no-drain: ')
}

test.each([0, 4999])(
  'a service that ends %s ms after it is told to is found, in what is generated for it too',
  async (drainDelayMs) => {
    const profile = { ...plain, drainDelayMs }
    expect(await findingsIn(await generated('kubernetes', profile), profile)).toEqual([
      expect.stringContaining('no-drain'),
    ])
  },
)

/** One fault each, as people make them, and the rule that has to see it. */
const faults: readonly (readonly [
  rule: string,
  target: string,
  from: RegExp,
  to: string,
  options?: TargetOptions,
])[] = [
  ['liveness-asks-readiness', 'kubernetes', /path: \/health\/live/, 'path: /health/ready'],
  ['readiness-asks-liveness', 'kubernetes', /path: \/health\/ready/, 'path: /health/live'],
  ['timeout-above-period', 'kubernetes', /(livenessProbe[\s\S]*?timeoutSeconds): 2/, '$1: 30'],
  ['startup-window-too-short', 'kubernetes', /failureThreshold: \d{2}/, 'failureThreshold: 4'],
  ['grace-below-drain', 'kubernetes', /(terminationGracePeriodSeconds): \d+/, '$1: 12'],
  ['pdb-blocks-eviction', 'kubernetes', /maxUnavailable: 1/, 'maxUnavailable: 0'],
  [
    'liveness-restarts-at-once',
    'kubernetes',
    /(livenessProbe[\s\S]*?failureThreshold): 3/,
    '$1: 1',
    { form: 'kustomize' },
  ],
  ['liveness-asks-readiness', 'kubernetes', /service: liveness/, 'service: readiness', { ask: 'grpc' }],
  ['exec-probe-without-timeout', 'kubernetes', /\n *timeoutSeconds: \d+/, '', { ask: 'exec' }],
  ['timeout-below-budget', 'docker', /--timeout=4s/, '--timeout=500ms'],
  ['healthcheck-hides-failure', 'docker', /CMD \[.*\]/, 'CMD curl http://127.0.0.1:3000/health/live'],
  ['grace-below-drain', 'compose', /stop_grace_period: 30s/, 'stop_grace_period: 3s'],
  ['timeout-below-budget', 'compose', /(--timeout\W+)\d+s/, '$1100ms'],
  ['liveness-asks-readiness', 'systemd', /health\/live/, 'health/ready'],
  ['startup-window-too-short', 'systemd', /TimeoutStartSec=70/, 'TimeoutStartSec=30'],
  ['grace-below-drain', 'systemd', /TimeoutStopSec=30/, 'TimeoutStopSec=10'],
  ['watchdog-without-restart', 'systemd', /Restart=on-failure\n/, '', { form: 'notify' }],
  ['degraded-taken-for-down', 'ecs', /HttpCode: "200"/, 'HttpCode: "204"'],
  ['ecs-out-of-range', 'ecs', /interval( *)= 10/, 'interval$1= 2', { form: 'terraform' }],
  ['liveness-asks-readiness', 'ecs', /health\/live/, 'health/ready', { form: 'task-definition' }],
  ['readiness-asks-liveness', 'alb', /HealthCheckPath: .*/, 'HealthCheckPath: /health/live'],
  ['timeout-above-interval', 'alb', /timeout( *)= \d+/, 'timeout$1= 30', { form: 'terraform' }],
  ['timeout-above-interval', 'nlb', /HealthCheckTimeoutSeconds: \d+/, 'HealthCheckTimeoutSeconds: 60'],
  ['degraded-taken-for-down', 'nlb', /matcher( *)= "200"/, 'matcher$1= "204"', { form: 'terraform' }],
  ['timeout-above-interval', 'google', /timeoutSec: \d+/, 'timeoutSec: 30'],
  ['readiness-asks-liveness', 'google', /health\/ready/, 'health/live', { form: 'healthcheckpolicy' }],
  [
    'timeout-above-interval',
    'google',
    / {2}timeout_sec( *)= \d+/,
    '  timeout_sec$1= 30',
    { form: 'terraform' },
  ],
  ['readiness-asks-liveness', 'azure', /"\/health\/ready"/, '"/health/live"'],
  ['degraded-taken-for-down', 'azure', /'200'/, "'204'", { form: 'bicep' }],
  ['outlier-ejects-all', 'istio', /maxEjectionPercent: 50/, 'maxEjectionPercent: 100'],
  ['proxy-ends-first', 'istio', /terminationDrainDuration: \d+s/, 'terminationDrainDuration: 5s'],
  ['proxy-ends-first', 'linkerd', /(proxy-wait-before-exit-seconds): "5"/, '$1: "1"'],
  ['readiness-asks-liveness', 'consul', /health\/ready/, 'health/live'],
  [
    'consul-deregisters-for-good',
    'consul',
    /failures_before/,
    'deregister_critical_service_after = "1m"\n failures_before',
  ],
  ['timeout-below-budget', 'consul', /"timeout": "2s"/, '"timeout": "200ms"', { form: 'json' }],
  ['haproxy-unchecked-server', 'haproxy', /default-server check/, 'default-server'],
  ['haproxy-options-default', 'haproxy', / meth GET/, ''],
  ['readiness-asks-liveness', 'haproxy', /health\/ready/, 'health/live'],
  ['nginx-single-server', 'nginx', /\n *server [^;]*;(?=\n *server )/, ''],
  ['nginx-passive-off', 'nginx', /max_fails=3/, 'max_fails=0'],
  ['timeout-below-budget', 'caddy', /health_timeout 2s/, 'health_timeout 500ms'],
  ['degraded-taken-for-down', 'caddy', /health_status 200/, 'health_status 204'],
  ['readiness-asks-liveness', 'varnish', /health\/ready/, 'health/live'],
  ['timeout-below-budget', 'varnish', /\.timeout = 2s/, '.timeout = 0.5s'],
  [
    'envoy-immediate-eject',
    'envoy',
    /retriable_statuses:\s*- start: 503\s*end: 504/,
    'service_name_matcher: {}',
  ],
  ['degraded-taken-for-down', 'envoy', /start: 200\s*end: 201/, '{ start: 204, end: 205 }'],
  ['timeout-above-interval', 'traefik', /interval: 2.5s/, 'interval: 1s'],
  ['readiness-asks-liveness', 'traefik', /path: .*/, 'path: /health/live'],
  ['timeout-above-interval', 'prometheus', /scrape_timeout: 2s/, 'scrape_timeout: 60s'],
  ['alert-without-for', 'prometheus', /(alert: \w*Down\w*\n[\s\S]*?)\n *for: .*/, '$1'],
  ['alert-without-for', 'blackbox', /\n *for: .*/, ''],
  ['timeout-above-interval', 'blackbox', /scrape_timeout: 3s/, 'scrape_timeout: 30s'],
  ['degraded-taken-for-down', 'monit', /status = 200/, 'status = 204'],
  ['degraded-taken-for-down', 'nagios', /HTTP\/1.1 200/, 'HTTP/1.1 204'],
]

describe('a fault in what was generated is found', () => {
  test.for(faults)('%s in %s: %s', async ([rule, name, from, to, options]) => {
    const files = await generated(name, plain, options)
    const spoilt = files.map((file) => ({ ...file, text: file.text.replace(from, to) }))
    expect(
      spoilt.map(({ text }) => text),
      'the fault was not made',
    ).not.toEqual(files.map(({ text }) => text))
    const found = await findingsIn(spoilt, plain)
    expect(found.map((one) => one.split(': ')[1])).toContain(rule)
  })

  test('for every target that asks', () => {
    const asking = Object.keys(targets).filter((name) => name !== 'grafana' && name !== 'alertmanager')
    expect([...new Set(faults.map(([, name]) => name))].toSorted()).toEqual(asking.toSorted())
  })
})
