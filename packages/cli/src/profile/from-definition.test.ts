import { expect, test } from 'vitest'
import type { Definition } from '../definition/definition.ts'
import { deployFields } from '../definition/sections.ts'
import { PROFILE_DEFAULTS, profileOf } from './defaults.ts'
import { fromDefinition } from './from-definition.ts'

const empty: Definition = { service: {}, checks: {}, groups: {}, serve: {}, deploy: {} }

test('an empty definition is served where hale serve serves it, with the budgets of the library', () => {
  expect(fromDefinition(empty)).toEqual({
    port: 9400,
    liveness: { path: '/health/live', budgetMs: 800 },
    readiness: { path: '/health/ready', budgetMs: 800 },
    startup: { path: '/health/startup', budgetMs: 800 },
    checks: [],
  })
})

test('takes over what the file says, each where it stands', () => {
  const profile = fromDefinition({
    service: { name: '@acme/orders', version: '1.2.3' },
    checks: {
      database: { type: 'postgres', timeoutMs: 400 },
      payments: { type: 'http', critical: false, probes: ['readiness', 'startup'] },
      disk: { type: 'disk' },
      clock: { type: 'clock-skew' },
      off: { type: 'tcp', enabled: false },
    },
    groups: { readiness: { budgetMs: 1500 } },
    budgetMs: 600,
    serve: {
      port: 3000,
      basePath: '/status/',
      metrics: true,
      grpc: { port: 9401 },
      haproxyAgent: { port: 9402 },
    },
    deploy: { image: 'orders:1', replicas: 3, startupMs: 1000, drainDelayMs: 7000, inFlightMs: 20_000 },
  })
  expect(profile).toEqual({
    name: 'orders',
    version: '1.2.3',
    image: 'orders:1',
    port: 3000,
    liveness: { path: '/status/live', budgetMs: 600 },
    readiness: { path: '/status/ready', budgetMs: 1500 },
    startup: { path: '/status/startup', budgetMs: 600 },
    metricsPath: '/status/metrics',
    grpcPort: 9401,
    agentPort: 9402,
    replicas: 3,
    startupMs: 1000,
    drainDelayMs: 7000,
    inFlightMs: 20_000,
    checks: [
      { name: 'database', type: 'postgres', critical: true, timeoutMs: 400, probes: ['readiness'] },
      { name: 'payments', type: 'http', critical: false, timeoutMs: 500, probes: ['readiness', 'startup'] },
      { name: 'disk', type: 'disk', critical: true, timeoutMs: 500, probes: ['readiness'] },
      { name: 'clock', type: 'clock-skew', critical: false, timeoutMs: 500, probes: ['readiness'] },
    ],
  })
  expect(profileOf({ ...profile, name: 'orders', port: 3000 })).toMatchObject({
    drainsItself: true,
    tls: false,
  })
})

test('a thread of its own is asked on its own port, which has no TLS, and metrics stay on the other', () => {
  const tls = { cert: 'a certificate', key: 'its key' }
  const serve = { port: 9400, metrics: true, offLoop: { port: 9500 } }
  expect(fromDefinition({ ...empty, serve })).toMatchObject({
    port: 9500,
    metricsPath: '/health/metrics',
    metricsPort: 9400,
  })
  const mixed = fromDefinition({ ...empty, serve: { ...serve, tls } })
  expect([mixed.port, mixed.tls, mixed.metricsPath, mixed.metricsPort]).toEqual([
    9500,
    undefined,
    undefined,
    undefined,
  ])
  const plain = fromDefinition({ ...empty, serve: { metrics: true } })
  expect([plain.metricsPath, plain.metricsPort]).toEqual(['/health/metrics', undefined])
  expect(fromDefinition({ ...empty, serve: { tls } }).tls).toBe(true)
})

test('a port that is any is none that can be asked', () => {
  const serve = { port: 0, grpc: { port: 0 }, haproxyAgent: { port: 0 } }
  const { port, grpcPort, agentPort } = fromDefinition({ ...empty, serve })
  expect([port, grpcPort, agentPort]).toEqual([undefined, undefined, undefined])
})

test.each(['127.0.0.1', 'localhost', '::1', '127.0.1.1', '::ffff:127.0.0.1'])(
  'what listens on %s is reached from its own machine alone',
  (host) => {
    const serve = { host, grpc: { port: 9401, host: '0.0.0.0' }, haproxyAgent: { port: 9402, host } }
    expect(fromDefinition({ ...empty, serve }).localOnly).toEqual({
      http: `serve.host ${host}`,
      agent: `serve.haproxyAgent.host ${host}`,
    })
  },
)

test.each(['0.0.0.0', '::', '10.0.0.7', 'localhost.example', '127.example'])(
  'what listens on %s is not',
  (host) => {
    expect(fromDefinition({ ...empty, serve: { host } }).localOnly).toBeUndefined()
  },
)

test('what deploy is taken for is what the documentation of the file says', () => {
  for (const [name, { fallback }] of Object.entries(deployFields)) {
    if (fallback !== undefined)
      expect(`${name}: ${PROFILE_DEFAULTS[name as keyof typeof PROFILE_DEFAULTS]}`).toBe(
        `${name}: ${fallback}`,
      )
  }
})

test('gRPC over TLS is asked by nobody who can be told to ask HTTP', () => {
  const serve = { tls: { cert: 'a certificate', key: 'its key' }, grpc: { port: 9401, tls: true } }
  expect(fromDefinition({ ...empty, serve }).grpcPort).toBeUndefined()
  expect(fromDefinition({ ...empty, serve: { grpc: { port: 9401 } } }).grpcPort).toBe(9401)
})

test('a service beside hale serve has nothing that drains it', () => {
  expect(fromDefinition({ ...empty, deploy: { servicePort: 8080 } })).toMatchObject({
    servicePort: 8080,
    drainsItself: false,
  })
  expect(
    fromDefinition({ ...empty, serve: { port: 8080 }, deploy: { servicePort: 8080 } }).drainsItself,
  ).toBeUndefined()
})
