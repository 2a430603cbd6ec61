import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { processorMs } from '../../../../../tests/processor-time.ts'
import { check } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { parseUrl, Routes } from './route.ts'

function routesOf(basePath: string, aliases = true): Routes {
  const health = createHealth({
    clock: fakeClock(),
    checks: { database: check(() => {}), 'db.replica_1-a': check(() => {}), constructor: check(() => {}) },
    groups: { payments: { members: ['database'] } },
  })
  return new Routes(health, basePath, aliases)
}

describe('parseUrl', () => {
  it.each([
    ['/health', '/health', ''],
    ['/health?deep=true', '/health', 'deep=true'],
    ['/health?', '/health', ''],
    ['/health?a?b', '/health', 'a?b'],
    ['/health#x?y', '/health', ''],
    ['/health?a#b', '/health', 'a'],
    ['/', '/', ''],
    ['', '/', ''],
    ['?deep=true', '/', 'deep=true'],
    ['http://host/health?a=b', '/health', 'a=b'],
    ['https://user:pw@host:8443/health', '/health', ''],
    ['HTTP://HOST/health', '/health', ''],
    ['http://[::1]:80/health', '/health', ''],
    ['http://host', '/', ''],
    ['http://host?a=b', '/', 'a=b'],
    ['/he%61lth', '/health', ''],
    ['/health/%64atabase?x=%zz', '/health/database', 'x=%zz'],
    ['/health%3Fdeep=true', '/health?deep=true', ''],
    ['/h%25', '/h%', ''],
    ['*', '*', ''],
    ['//health', '//health', ''],
    ['/http://host/health', '/http://host/health', ''],
    ['ftp://host/health', 'ftp://host/health', ''],
  ])('takes %j apart into %j and %j', (url, path, query) => {
    expect(parseUrl(url)).toEqual({ path, query })
  })

  it.each([
    '/%',
    '/%z',
    '/%zz',
    '/%e0%a4%a',
    '/%ff',
    '/%c0%af',
    '/health/%2fready',
    '/health%2Fready',
    '/%ed%a0%80',
  ])('cannot be one of ours: %s', (url) => {
    expect(parseUrl(url)).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true })),
        (url) => {
          const parsed = parseUrl(url)
          expect(parsed === undefined || typeof parsed.path === 'string').toBe(true)
        },
      ),
    )
  })

  it('takes a megabyte apart as readily as a line', () => {
    const urls = [
      `/${'a'.repeat(1e6)}`,
      `http://${'a'.repeat(1e6)}`,
      `/${'%61'.repeat(3e5)}`,
      '/'.repeat(1e6),
      '?'.repeat(1e6),
    ]
    expect(processorMs(() => urls.map(parseUrl))).toBeLessThan(1000)
  })
})

const base = { name: 'liveness', base: true }
const liveness = { name: 'liveness', base: false }
const readiness = { name: 'readiness', base: false }
const startup = { name: 'startup', base: false }
const database = { name: 'database', base: false }

describe('Routes', () => {
  it.each([
    ['/health', base],
    ['/health/', base],
    ['/health/live', liveness],
    ['/health/live/', liveness],
    ['/health/ready', readiness],
    ['/health/startup', startup],
    ['/health/payments', { name: 'payments', base: false }],
    ['/health/database', database],
    ['/health/database/', database],
    ['/health/db.replica_1-a', { name: 'db.replica_1-a', base: false }],
    ['/health/constructor', { name: 'constructor', base: false }],
    ['/health/started', startup],
    ['/livez', { ...liveness, alias: 'livez' }],
    ['/livez/', { ...liveness, alias: 'livez' }],
    ['/readyz', { ...readiness, alias: 'readyz' }],
    ['/readyz/database', { ...database, alias: 'readyz' }],
    ['/readyz/constructor/', { name: 'constructor', base: false, alias: 'readyz' }],
    ['/startupz', { ...startup, alias: 'startupz' }],
    ['/healthz', { ...base, alias: 'healthz' }],
  ])('finds %s', (path, target) => {
    expect(routesOf('/health').match(path)).toEqual(target)
  })

  it.each([
    '/',
    '',
    '/Health',
    '/HEALTH/LIVE',
    '/healthy',
    '/health/Database',
    '/health/nobody',
    '/health//',
    '/health//live',
    '//health',
    '/health/live//',
    '/health/live/x',
    '/health/database/x',
    '/health/liveness',
    '/health/readiness',
    '/health/toString',
    '/health/__proto__',
    '/health/hasOwnProperty',
    '/health/../health',
    '/health/./live',
    '/health/metrics',
    '/health/admin',
    '/api/health',
    '/livez2',
    '/readyz/database/x',
    '/readyz/database//',
    '/readyz//',
    '/readyz/nobody',
    '/readyz/toString',
    '/livez/database',
    '/healthz/database',
    '/readyz/payments',
    'health',
    'constructor',
    '__proto__',
  ])('finds nothing at %j', (path) => {
    expect(routesOf('/health').match(path)).toBeUndefined()
  })

  it.each(['/livez', '/readyz', '/startupz', '/healthz'])('leaves %s alone without aliases', (path) => {
    expect(routesOf('/health', false).match(path)).toBeUndefined()
    expect(routesOf('/health', false).exactly(path)).toBeUndefined()
  })

  it('lives under another base path, and there only', () => {
    const routes = routesOf('/internal/status')
    expect(routes.match('/internal/status')).toEqual(base)
    expect(routes.match('/internal/status/ready')).toEqual(readiness)
    expect(routes.match('/internal/status/database')).toEqual(database)
    expect(routes.match('/readyz')).toEqual({ ...readiness, alias: 'readyz' })
    for (const path of ['/health', '/internal', '/internal/', '/internal/ready'])
      expect(routes.match(path)).toBeUndefined()
  })

  it('lives at the root', () => {
    const routes = routesOf('')
    expect(routes.match('/')).toEqual(base)
    expect(routes.match('/live')).toEqual(liveness)
    expect(routes.match('/ready')).toEqual(readiness)
    expect(routes.match('/payments')).toEqual({ name: 'payments', base: false })
    expect(routes.match('/database')).toEqual(database)
    expect(routes.match('/database/')).toEqual(database)
    for (const path of ['', '/nobody', '/health', '//live']) expect(routes.match(path), path).toBeUndefined()
  })

  it('knows by the request line itself what probes send', () => {
    const routes = routesOf('/health')
    for (const path of ['/health', '/health/live', '/health/ready', '/livez']) {
      expect(routes.exactly(path)).toEqual(routes.match(path))
    }
    for (const path of ['/health/', '/health?deep=true', '/he%61lth', 'constructor', '__proto__']) {
      expect(routes.exactly(path)).toBeUndefined()
    }
  })

  it('keeps nothing for names that are unknown', () => {
    const routes = routesOf('/health')
    const first = routes.match('/health/database')
    for (let index = 0; index < 1000; index++)
      expect(routes.match(`/health/unknown-${index}`)).toBeUndefined()
    expect(routes.match('/health/database')).toEqual(first)
  })
})
