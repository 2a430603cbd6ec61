import { check, createHealth } from 'hale'
import { createHandler } from 'hale/http'
import { fakeClock } from 'hale/testing'
import { expect, test } from 'vitest'

/** A check that calls have taken DOWN, and what an endpoint answers of it. */
async function opened() {
  const clock = fakeClock()
  const health = createHealth({ clock, checks: { payments: check(() => {}, { critical: false }) } })
  const circuit = health.circuit('payments', { consecutiveFailures: 1, jitter: 0 })
  await circuit.run(() => Promise.reject(new Error('connect 10.0.0.7:443'))).catch(() => {})
  const ask = async (format: string, visibility: 'components' | 'debug') => {
    const handler = createHandler(health, { visibility })
    const answer = await handler({ method: 'GET', url: `/health/ready?format=${format}`, headers: {} })
    return String(answer?.body)
  }
  return { clock, health, ask }
}

test('everybody sees that the circuit took the check DOWN, operators its state and the next trial', async () => {
  const { clock, ask } = await opened()
  const shown = JSON.parse(await ask('json', 'components'))
  expect(shown).toMatchObject({
    status: 'DEGRADED',
    details: { payments: { status: 'DOWN', error: 'circuit open: a call failed' } },
  })
  expect(shown.details.payments).not.toHaveProperty('circuit')
  const since = new Date(clock.wallTime()).toISOString()
  const next_trial_at = new Date(clock.wallTime() + 1000).toISOString()
  const { details } = JSON.parse(await ask('json', 'debug'))
  expect(details.payments.circuit).toEqual({ state: 'open', since, next_trial_at })
  expect(await ask('html', 'debug')).toContain('<small>circuit open, next trial')
  await clock.advance(1000)
  const after = JSON.parse(await ask('json', 'debug')).details.payments
  expect(after).toMatchObject({ status: 'UP', circuit: { state: 'closed' } })
  expect(after.circuit).not.toHaveProperty('next_trial_at')
})

test('nothing of what a call threw is shown', async () => {
  const { ask } = await opened()
  for (const format of ['json', 'html', 'health-json', 'actuator', 'kubernetes', 'prometheus'])
    expect(await ask(format, 'debug')).not.toContain('10.0.0.7')
})
