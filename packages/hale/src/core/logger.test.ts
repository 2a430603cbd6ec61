import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { check } from './check.ts'
import { createHealth } from './create-health.ts'

const error = new Error('refused for hunter22')

test.each([
  ['', {}],
  ['a child of ', { of: 'health' }],
])(
  "%sFastify's logger, which is pino's, is given the raw error where it looks for it",
  async (_, bindings) => {
    const lines: unknown[] = []
    const stream = { write: (line: string) => void lines.push(JSON.parse(line)) }
    const { log } = Fastify({ logger: { stream } })
    const logger = 'of' in bindings ? log.child(bindings) : log
    await using health = createHealth({ checks: { db: check(() => Promise.reject(error)) }, logger })
    await health.readiness()
    expect(lines).toContainEqual(
      expect.objectContaining({
        ...bindings,
        ...{ level: 50, msg: 'check db UNKNOWN → DOWN: check failed', check: 'db' },
        err: expect.objectContaining({ type: 'Error', message: error.message, stack: error.stack }),
      }),
    )
  },
)
