import { expect, test } from 'vitest'
import type { Definition } from '../definition/definition.ts'
import { profileOf } from './defaults.ts'
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
    ],
  })
  expect(profileOf({ ...profile, name: 'orders', port: 3000 })).toMatchObject({
    drainsItself: true,
    tls: false,
  })
})

test('a thread of its own is asked on its own port, which has no metrics and no TLS', () => {
  const tls = { cert: 'a certificate', key: 'its key' }
  const serve = { port: 9400, metrics: true, tls, offLoop: { port: 9500 } }
  const profile = fromDefinition({ ...empty, serve })
  expect(profile.port).toBe(9500)
  expect(profile.metricsPath).toBeUndefined()
  expect(profile.tls).toBeUndefined()
  expect(fromDefinition({ ...empty, serve: { tls } }).tls).toBe(true)
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
