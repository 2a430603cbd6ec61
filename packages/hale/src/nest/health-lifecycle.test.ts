import type { HttpAdapterHost, ModulesContainer } from '@nestjs/core'
import { expect, it } from 'vitest'
import { fakeClock } from '../testing/fake-clock.ts'
import { HealthLifecycle } from './health-lifecycle.ts'

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

it('keeps the process alive while it drains, and not a moment longer', async () => {
  const clock = fakeClock()
  const host = { httpAdapter: undefined } as unknown as HttpAdapterHost
  const options = { clock, drainDelayMs: 5000 }
  const lifecycle = new HealthLifecycle(options, class {}, new Map() as ModulesContainer, host)
  const before = timers()
  const destroyed = lifecycle.onModuleDestroy()
  expect(lifecycle.health.draining).toBe(true)
  expect(timers()).toBe(before + 1)
  await clock.advance(5000)
  await destroyed
  expect(timers()).toBe(before)
  await lifecycle.onApplicationShutdown()
})
