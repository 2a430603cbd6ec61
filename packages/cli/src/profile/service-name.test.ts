import fc from 'fast-check'
import { expect, test } from 'vitest'
import { serviceName } from './service-name.ts'

test.each([
  ['orders', 'orders'],
  ['@acme/Order Service', 'order-service'],
  ['orders_v2.api', 'orders-v2-api'],
  ['2fa', 's-2fa'],
  ['--x--', 'x'],
  ['äöü', undefined],
  ['', undefined],
])('%j becomes %j', (name, label) => {
  expect(serviceName(name)).toBe(label)
})

test('is a DNS label that begins with a letter, whatever it is made from', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (name) => {
      const label = serviceName(name)
      if (label !== undefined) expect(label).toMatch(/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/)
    }),
  )
  expect(serviceName(`1${'a'.repeat(61)}-b`)).toMatch(/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/)
})
