import type { ProbeResult } from 'hale/probe'
import { expect, it } from 'vitest'
import { fakeTerminal } from '../command/fake-terminal.ts'
import { resultTable } from './result-table.ts'

const up: ProbeResult = {
  status: 'UP',
  healthy: true,
  message: 'HTTP 200',
  target: 'http://orders.example/health/ready',
  durationMs: 12.3,
  attempts: 1,
}
const down: ProbeResult = { ...up, status: 'DOWN', healthy: false, message: 'connection refused' }

it('is a table, and two lines for each where there is no room for one', () => {
  expect(resultTable([up, down], fakeTerminal())).toMatchInlineSnapshot(`
    "STATUS    TARGET                               TIME  SAYS
    UP        http://orders.example/health/ready  12 ms  HTTP 200
    DOWN      http://orders.example/health/ready  12 ms  connection refused
    "
  `)
  expect(resultTable([up, down], fakeTerminal({ interactive: true, columns: 40 }))).toMatchInlineSnapshot(`
    "UP        http://orders.e…e/health/ready
      HTTP 200 (12 ms)
    DOWN      http://orders.e…e/health/ready
      connection refused (12 ms)
    "
  `)
})

it('fits what Docker keeps, and what is not well is not left out', () => {
  const many = Array.from({ length: 100 }, (_, index) => (index === 90 ? down : up))
  const text = resultTable(many, fakeTerminal())
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096)
  const lines = text.trimEnd().split('\n')
  expect(lines.filter((line) => line.startsWith('DOWN'))).toHaveLength(1)
  const shown = lines.length - 2
  expect(shown).toBeGreaterThan(50)
  expect(lines.at(-1)).toBe(`… and ${100 - shown} more, ${100 - shown} of them UP`)
  expect(resultTable(many, fakeTerminal({ interactive: true, columns: 80 })).split('\n')).toHaveLength(102)
})

it('fits it with a URL that alone would not', () => {
  const endless = { ...down, target: `http://orders.example/${'ü'.repeat(5000)}/ready` }
  const text = resultTable([endless, up], fakeTerminal())
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096)
  expect(text).toMatch(/^DOWN +http:\/\/orders\.example\/ü+…ü+\/ready +12 ms {2}connection refused$/m)
})
