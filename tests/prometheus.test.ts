import { spawnSync } from 'node:child_process'
import { check, createHealth, degraded, down, selfCheck } from 'hale'
import { createHandler } from 'hale/http'
import { expect, test } from 'vitest'
import { whenProvided } from './servers/when-provided.ts'

const promtool = { name: 'promtool', program: 'promtool', debianPackage: 'prometheus' }

whenProvided(promtool, 'the metrics, by promtool', (provision) => {
  const path = provision.how === 'program' ? provision.path : ''
  const judged = (text: string) => {
    const { status, stdout, stderr } = spawnSync(path, ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    })
    return { status, said: stdout + stderr }
  }

  const health = createHealth({
    checks: {
      database: check(() => {}),
      cache: check(() => down('gone'), { critical: false }),
      search: check(() => degraded('slow'), { critical: false }),
      loop: selfCheck(() => {}),
    },
    groups: { pay: { members: ['database'] } },
  })
  const handle = createHandler(health, { metrics: true })

  test.each([
    '/health/metrics',
    '/health/ready?format=prometheus',
    '/health?format=prometheus',
    '/health/database?format=prometheus',
    '/health/pay?format=prometheus',
  ])('%s has no fault and no smell', async (url) => {
    await health.readiness()
    const response = await handle({ url, headers: {} })
    expect(judged(response?.body ?? '')).toEqual({ status: 0, said: '' })
  })

  test('are judged by something that would find one', () => {
    expect(judged('hale_probe_up{probe="readiness"} one\n').status).not.toBe(0)
    expect(judged('# TYPE haleProbeUp gauge\nhaleProbeUp 1\n').status).not.toBe(0)
  })
})
