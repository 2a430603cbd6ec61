import { expect, it } from 'vitest'
import { check } from '../../core/check.ts'
import { createHealth } from '../../core/create-health.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import type { HandlerOptions } from '../handler-settings.ts'
import { mergeOpenApi } from './merge-open-api.ts'
import { toOpenApi } from './to-open-api.ts'

const own = {
  openapi: '3.1.0',
  info: { title: 'orders', version: '1.2.3' },
  security: [{ customers: [] }],
  components: { securitySchemes: { customers: { type: 'http', scheme: 'bearer' } } },
}

type Operations = { readonly [method: string]: { readonly security?: readonly object[] } }

/** What each operation of health requires within that document (OpenAPI 3.1, 4.8.10: the root's unless it has its own). */
function required(options: HandlerOptions): readonly (readonly [string, readonly object[]])[] {
  const health = createHealth({ clock: fakeClock(), checks: { database: check(() => {}) } })
  const { paths, security } = mergeOpenApi(own, toOpenApi(health, options))
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Operations)
      .filter(([method]) => method !== 'parameters')
      .map(([, operation]) => [path, operation.security ?? security] as const),
  )
}

it('leaves probes open, whatever the application requires of all its own paths', () => {
  const all = required({ metrics: true, actuator: true, openapi: true })
  expect(all.length).toBeGreaterThan(15)
  for (const [path, security] of all) expect([path, security]).toEqual([path, []])
})

it('says where a token applies', () => {
  const all = required({ token: 'shows-much-more-of-it', admin: { token: 'lets-operators-in' } })
  const admin = all.filter(([path]) => path.startsWith('/health/admin'))
  expect(admin.length).toBeGreaterThan(4)
  for (const [path, security] of all) {
    const wanted = path.startsWith('/health/admin') ? [{ healthAdmin: [] }] : [{}, { healthToken: [] }]
    expect([path, security]).toEqual([path, wanted])
  }
})
