import { check, createHealth } from 'hale'
import { createHandler } from 'hale/http'
import { expect, test } from 'vitest'
import { metrics } from './hale-metric-unknown.ts'

test('the metrics, the statuses and the states are those that hale exports', async () => {
  await using health = createHealth({ checks: { database: check(() => {}) } })
  await health.started()
  await health.readiness()
  const handle = createHandler(health, { metrics: true })
  const answer = await handle({ method: 'GET', url: '/health/metrics', headers: {} })
  const exported = new Map<string, Set<string>>()
  for (const [, name = '', labels = ''] of String(answer?.body).matchAll(/^(hale_\w+)(?:\{(.*)\})? /gm)) {
    const words = exported.get(name) ?? new Set()
    exported.set(name, words.add(/(?:status|state)="(\w+)"/.exec(labels)?.[1] ?? ''))
  }
  expect(Object.keys(metrics).toSorted()).toEqual([...exported.keys()].toSorted())
  for (const [name, closed] of Object.entries(metrics)) {
    if (closed !== null) expect(closed.words.toSorted()).toEqual([...(exported.get(name) ?? [])].toSorted())
  }
})
