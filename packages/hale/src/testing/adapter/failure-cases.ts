import assert from 'node:assert/strict'
import type { Health } from '../../core/health.ts'
import { type AdapterCase, onStage, type Patient, patient } from './stage.ts'
import type { AdapterContractSubject } from './subject.ts'

const secret = 'planted-Secret-4711'

function fail(): never {
  throw new Error(`cannot go on because of ${secret}`)
}

function logged(): { readonly lines: string[]; readonly logger: NonNullable<Patient['logger']> } {
  const lines: string[] = []
  const note = (message: string): void => void lines.push(message)
  return { lines, logger: { info: note, warn: note, error: note } }
}

/** How a registry's `ask` may fail, which those of other processes and threads may. */
const failures = { rejects: () => Promise.reject(new Error(secret)), throws: fail }

function unanswering(health: Health, ask: () => unknown): Health {
  return new Proxy(health, {
    get(target, key) {
      if (key === 'ask') return ask
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** That what goes wrong inside is answered, logged, and hurts nobody. */
export const failureCases: readonly AdapterCase[] = [
  {
    name: 'answers 500 with a problem document that tells nothing when a format throws',
    async run(subject) {
      const { lines, logger } = logged()
      const broken = { name: 'broken', mediaType: 'text/x-broken', render: fail }
      const setting = { health: patient({ logger }), options: { formats: ['json', broken] } } as const
      await onStage(subject, setting, async (stage) => {
        const path = '/health/ready?format=broken'
        const { status, headers, body } = await stage.ask({ path })
        assert.equal(status, 500)
        assert.equal(headers['content-type'], 'application/problem+json')
        assert.ok(!body.includes(secret), 'the body shows the error')
        await stage.agree({ path }, { method: 'HEAD', path }, { method: 'OPTIONS', path })
        await stage.agree({ path: '/health/ready' })
        assert.ok(lines.includes('a health answer could not be made'), 'nothing was logged')
      })
    },
  },
  ...Object.entries(failures).map(([how, ask]) => ({
    name: `answers 500 with a problem document when the registry ${how}`,
    async run(subject: AdapterContractSubject) {
      const { lines, logger } = logged()
      await onStage(subject, { health: unanswering(patient({ logger }), ask) }, async (stage) => {
        for (const method of ['GET', 'HEAD', 'OPTIONS']) await stage.agree({ method, path: '/health/ready' })
        const { status, body } = await stage.ask({ path: '/health/ready' })
        assert.equal(status, 500)
        assert.ok(!body.includes(secret), 'the body shows the error')
        assert.ok(lines.length > 0, 'nothing was logged')
        await stage.agree({ path: '/hello' })
      })
    },
  })),
  {
    name: 'takes who asks for a stranger when the visibility function throws or rejects',
    async run(subject) {
      for (const visibility of [fail, async () => fail()]) {
        await onStage(subject, { options: { visibility: visibility as () => never } }, async (stage) => {
          await stage.agree({ path: '/health/ready' }, { path: '/health' })
        })
      }
    },
  },
  {
    name: 'answers when the body function throws',
    run: (subject) =>
      onStage(subject, { options: { body: fail } }, async (stage) => {
        await stage.agree({ path: '/health/ready' }, { method: 'HEAD', path: '/health' })
        assert.equal((await stage.ask({ path: '/health/ready' })).status, 500)
      }),
  },
]
