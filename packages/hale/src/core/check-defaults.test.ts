import { expect, test } from 'vitest'
import { clockSkew } from '../checks/clock-skew.ts'
import { smtp } from '../checks/smtp.ts'
import { tls } from '../checks/tls.ts'
import { writable } from '../checks/writable.ts'
import { opossum } from '../circuits/opossum.ts'
import type { CheckDefinition, CheckOptions } from './check.ts'
import { createHealth } from './create-health.ts'

const breaker = {
  open() {},
  close() {},
  on() {},
  removeListener() {},
  opened: false,
  halfOpen: false,
  stats: {},
}
const transporter = { verify: async () => true, sendMail() {} }

const makers: Readonly<Record<string, (options: object) => CheckDefinition>> = {
  clockSkew: (options) => clockSkew('http://127.0.0.1/', options),
  tls: (options) => tls({ host: '127.0.0.1', port: 443 }, options),
  writable: (options) => writable('/tmp', options),
  smtp: (options) => smtp(transporter, options),
  opossum: (options) => opossum(breaker as never, options),
}

const shown = (make: (options: object) => CheckDefinition, options: CheckOptions | object) => {
  const { critical, maxAgeMs } = createHealth({ checks: { one: make(options) } })
    .check('one')
    .control().settings
  return { critical, maxAgeMs }
}

test.each(Object.entries(makers))('%s: what is given as undefined leaves its own defaults', (_, make) => {
  const usual = shown(make, {})
  expect(shown(make, { critical: undefined, maxAgeMs: undefined })).toEqual(usual)
  expect(shown(make, { maxAgeMs: { up: undefined, down: undefined } })).toEqual(usual)
  expect(shown(make, { critical: true, maxAgeMs: { down: 7 } })).toEqual({
    critical: true,
    maxAgeMs: { ...usual.maxAgeMs, down: 7 },
  })
})

test.each(Object.entries(makers))('%s: ages that are none are refused', (_, make) => {
  for (const maxAgeMs of [null, [], 5])
    expect(() => shown(make, { maxAgeMs })).toThrow('checks.one.maxAgeMs: expected an object')
})
