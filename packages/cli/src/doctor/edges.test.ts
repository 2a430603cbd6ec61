import { expect, test } from 'vitest'
import { profileOf } from '../profile/defaults.ts'
import type { ServiceProfile } from '../profile/service-profile.ts'
import { readDocuments } from './documents/read-documents.ts'
import { examine } from './examine.ts'

/** Rule ids in the files, with what is known, or nothing. */
async function found(
  files: Readonly<Record<string, string>>,
  known?: Partial<ServiceProfile>,
  budgetMs = 800,
): Promise<readonly string[]> {
  const read = await Promise.all(Object.entries(files).map(([path, text]) => readDocuments({ path, text })))
  const profile = profileOf({ name: 'orders', port: 8080, ...known }, { budgetMs: budgetMs as 800 })
  const service =
    known === undefined
      ? { profile, timesAreKnown: false }
      : { profile, source: 'hale.yaml', timesAreKnown: true }
  return examine(
    read.flatMap(({ documents }) => documents),
    service,
  ).map(({ rule }) => rule.id)
}

function pod(probes: string, more = ''): string {
  return `apiVersion: v1
kind: Pod
metadata: {name: x, labels: {app: x}}
spec:
  ${more}
  containers: [{name: x, image: x, ${probes}}]
`
}

test('a timeout equal to the budget is too short', async () => {
  const text = pod('readinessProbe: {httpGet: {path: /health/ready, port: 8080}, timeoutSeconds: 1}')
  expect(await found({ 'x.yaml': text }, {}, 1000)).toEqual(['timeout-below-budget'])
  expect(await found({ 'x.yaml': text }, {}, 999)).toEqual([])
})

test('a grace period equal to what ending takes is enough', async () => {
  const text = pod('lifecycle: {preStop: {sleep: {seconds: 20}}}', 'terminationGracePeriodSeconds: 30')
  expect(await found({ 'x.yaml': text })).toEqual([])
  expect(await found({ 'x.yaml': text.replace('20', '21') })).toEqual(['grace-below-drain'])
})

test('a Service of another folder, or namespace, is another one', async () => {
  const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {selector: {app: x}}\n'
  expect(await found({ 'a/x.yaml': pod(''), 'a/s.yaml': service })).toEqual(['no-readiness-probe'])
  expect(await found({ 'a/x.yaml': pod(''), 'b/s.yaml': service })).toEqual([])
  const elsewhere = service.replace('name: x', 'name: x, namespace: y')
  expect(await found({ 'a/x.yaml': pod(''), 'a/s.yaml': elsewhere })).toEqual([])
})

test('one replica has nobody to share a dependency with', async () => {
  const text = pod('readinessProbe: {httpGet: {path: /health/ready, port: 8080}, failureThreshold: 1}')
  const checks = [
    { name: 'db', type: 'postgres', critical: true, timeoutMs: 1, probes: ['readiness'] as const },
  ]
  expect(await found({ 'x.yaml': text }, { checks, replicas: 2 })).toEqual(['shared-dependency'])
  expect(await found({ 'x.yaml': text }, { checks, replicas: 1 })).toEqual([])
  const own = checks.map((check) => ({ ...check, type: 'disk' }))
  expect(await found({ 'x.yaml': text }, { checks: own, replicas: 2 })).toEqual([])
})

test("what follows Lua's own quotes and braces is read", async () => {
  const text = `server { location / { content_by_lua_block {
    -- 'tis a comment
    local t = {}
  } } }
  upstream x { server 127.0.0.1:1 max_fails=1; }
  # 'tis all`
  expect(await found({ 'x.conf': text })).toEqual(['nginx-single-server'])
})

test("the end of Envoy's ranges is not in them", async () => {
  const text = (end: number): string => `clusters:
  - name: x
    connect_timeout: 1s
    health_checks:
      - timeout: 2s
        interval: 5s
        unhealthy_threshold: 1
        http_health_check: { path: /health/ready, expected_statuses: [{ start: 100, end: ${end} }] }
`
  expect(await found({ 'x.yaml': text(200) })).toEqual(['degraded-taken-for-down'])
  expect(await found({ 'x.yaml': text(201) })).toEqual([])
})

test('merged values count as if they stood there', async () => {
  const text = `x-check: &check { interval: 5s, timeout: 500ms }
services:
  x:
    image: x
    healthcheck:
      <<: *check
      test: [CMD, hale-probe, http://127.0.0.1:8080/health/ready]
`
  expect(await found({ 'compose.yaml': text })).toEqual(['timeout-below-budget'])
})

test('the neighbour of a service, at a port of its own, is held to its own times', async () => {
  const text = pod(
    'startupProbe: {httpGet: {path: /health/startup, port: 9999}, failureThreshold: 3, timeoutSeconds: 2}',
  )
  expect(await found({ 'x.yaml': text }, { startupMs: 60_000 })).toEqual([])
  expect(await found({ 'x.yaml': text }, { startupMs: 60_000, port: 9999 })).toEqual([
    'startup-window-too-short',
  ])
})

test('a suppression stands in a comment of whatever language', async () => {
  const ids = async (path: string, text: string): Promise<readonly string[]> => {
    const { documents } = await readDocuments({ path, text })
    const service = { profile: profileOf({ name: 'orders', port: 8080 }), timesAreKnown: false }
    return examine(documents, service).flatMap(({ rule, suppressed }) =>
      suppressed === undefined ? [rule.id] : [`${rule.id} (${suppressed})`],
    )
  }
  const bicep =
    "var probe = {\n  // WHAT\n  requestPath: '/health/live'\n  intervalInSeconds: 5\n  probeThreshold: 2\n}\n"
  const terraform =
    'resource "azurerm_lb_probe" "x" {\n  request_path = "/health/live" // WHAT\n  interval_in_seconds = 5\n  probe_threshold = 2\n}\n'
  const unit = '[Service]\n# WHAT\nWatchdogSec=30\n'
  const caddy = 'x {\n\treverse_proxy a:1 {\n\t\thealth_uri /health/live # WHAT\n\t}\n}\n'
  const reason = (id: string): string => `hale-ignore ${id}: because`
  expect(await ids('x.bicep', bicep)).toEqual(['readiness-asks-liveness'])
  for (const [path, text] of Object.entries({ 'x.bicep': bicep, 'x.tf': terraform, Caddyfile: caddy })) {
    expect(await ids(path, text.replace('WHAT', reason('readiness-asks-liveness')))).toEqual([
      'readiness-asks-liveness (because)',
    ])
  }
  expect(await ids('x.service', unit.replace('WHAT', reason('watchdog-without-restart')))).toEqual([
    'watchdog-without-restart (because)',
  ])
})

test('the base path alone is liveness, of a service that is known', async () => {
  const text = (path: string): string =>
    pod(`readinessProbe: {httpGet: {path: ${path}, port: 8080}, timeoutSeconds: 2}`)
  expect(await found({ 'x.yaml': text('/health') }, {})).toEqual(['readiness-asks-liveness'])
  expect(await found({ 'x.yaml': text('/health?deep=true') }, {})).toEqual([])
  expect(await found({ 'x.yaml': text('/healthy') }, {})).toEqual([])
  // Of others nobody here knows.
  expect(
    (await found({ 'x.yaml': text('/health') })).filter((id) => id === 'readiness-asks-liveness'),
  ).toEqual([])
})

test('a key that stands twice makes its document unreadable, as what is nested too deep, or no text', async () => {
  const faultsIn = async (text: string): Promise<readonly string[]> => {
    const { documents } = await readDocuments({ path: 'x.yaml', text })
    return documents.flatMap((one) => (one.kind === 'file' ? one.unreadable.map(({ what }) => what) : []))
  }
  expect(await faultsIn(`${pod('')}\n---\na: {b: 1, c: 2, b: 3}\n`)).toEqual([
    'the key b stands twice in one map, of which programs take the one or the other',
  ])
  expect(await faultsIn('\u0089PNG\r\n\u001a\n\0\0{{\0')).toEqual(['this is no text: it has a zero byte'])
  expect(await faultsIn('a: &a {x: 1}\nb: &b {y: 1}\nc: {<<: *a, <<: *b, 1: x, one: x}\n')).toEqual([])
  expect(await faultsIn(`a: ${'['.repeat(5000)}`)).toEqual(['this is nested deeper than can be read'])
})
