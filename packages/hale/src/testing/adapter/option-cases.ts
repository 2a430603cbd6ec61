import assert from 'node:assert/strict'
import type { HandlerOptions } from '../../http/handler-settings.ts'
import { type AdapterCase, onStage, patient, unwell } from './stage.ts'

const token = 'whoever-knows-this-sees-more'

/** That options and requests reach the handler whole. */
export const optionCases: readonly AdapterCase[] = [
  {
    name: 'throws a ConfigurationError at creation when an option is wrong',
    async run({ start }) {
      const health = patient()
      const refused = async (): Promise<void> => {
        const app = await start(health, {
          basePath: 'health',
          visibility: 'all',
        } as unknown as HandlerOptions)
        await app.close()
      }
      await assert.rejects(refused, (error: { code?: string; problems?: readonly string[] }) => {
        assert.equal(error.code, 'HALE_CONFIGURATION', `not a ConfigurationError: ${error}`)
        assert.equal(error.problems?.length, 2, 'not all problems were told')
        return true
      })
      await health.dispose()
    },
  },
  {
    name: 'shows more to who has the token',
    run: (subject) =>
      onStage(subject, { options: { visibility: 'status', token } }, async (stage) => {
        const path = '/health/ready'
        await stage.agree({ path }, { path, headers: [`Authorization: Bearer ${token}`] })
        await stage.agree({ path, headers: ['Authorization: Bearer wrong'] })
        const { body } = await stage.ask({ path, headers: [`authorization: bearer ${token}`] })
        assert.ok(body.includes('transitions'), 'the token did not raise the visibility')
      }),
  },
  {
    name: 'shows visibility functions the method, the URL and the headers',
    run: (subject) => {
      const visibility: HandlerOptions['visibility'] = ({ method, url, headers }) =>
        headers['x-operator'] === 'yes' && method !== 'OPTIONS' && !url?.includes('terse')
          ? 'debug'
          : 'status'
      return onStage(subject, { options: { visibility } }, async (stage) => {
        const headers = ['X-Operator: yes']
        await stage.agree({ path: '/health/ready' }, { path: '/health/ready', headers })
        await stage.agree({ path: '/health/ready?terse', headers })
        const { body } = await stage.ask({ path: '/health/ready', headers })
        assert.ok(body.includes('transitions'), 'the function did not see the header')
      })
    },
  },
  {
    name: 'shows visibility functions the address that asks',
    applies: ({ knowsAddress = true }) => knowsAddress,
    run: (subject) => {
      const visibility: HandlerOptions['visibility'] = ({ socket }) =>
        socket?.remoteAddress?.endsWith('127.0.0.1') ? 'debug' : 'status'
      return onStage(subject, { options: { visibility } }, async (stage) => {
        await stage.agree({ path: '/health/ready' })
        const { body } = await stage.ask({ path: '/health/ready' })
        assert.ok(body.includes('transitions'), 'the function was not shown the address')
      })
    },
  },
  {
    name: 'answers in the format that is asked for, a custom one too',
    run: (subject) => {
      const own = { name: 'own', mediaType: 'text/x-own; charset=utf-8', headers: { 'X-Own': 'yes' } }
      const formats: HandlerOptions['formats'] = [
        'json',
        'html',
        { ...own, render: ({ status }) => `⚕ ${status}\n` },
        // Frameworks like to complete what they know: the charset of a text, or that of JSON.
        { name: 'bare', mediaType: 'text/plain', render: () => 'ok' },
        { name: 'none', mediaType: 'application/json', render: () => '' },
      ]
      return onStage(subject, { options: { formats }, health: unwell() }, async (stage) => {
        for (const format of ['own', 'bare', 'none', 'html', 'json', 'nobody']) {
          const path = `/health/ready?format=${format}`
          await stage.agree({ path }, { method: 'HEAD', path }, { method: 'OPTIONS', path })
        }
        await stage.agree({ path: '/health', headers: ['Accept: text/x-own'] })
      })
    },
  },
  {
    name: 'answers with the status codes of a group, 204 without a body among them',
    run: (subject) =>
      onStage(subject, { health: unwell({ statusCodes: { DOWN: 204 } }) }, async (stage) => {
        await stage.agree({ path: '/health/payments' }, { method: 'HEAD', path: '/health/payments' })
      }),
  },
  {
    name: 'answers 429 with Retry-After beyond the rate limit, and never to liveness',
    run: (subject) =>
      onStage(subject, { options: { rateLimit: { perSecond: 1, burst: 1 } } }, async (stage) => {
        for (let count = 0; count < 3; count++) {
          await stage.agree({ path: '/health/ready' }, { path: '/health/live' })
        }
        const { status, headers } = await stage.ask({ path: '/readyz' })
        assert.equal(status, 429)
        assert.match(headers['retry-after'] ?? '', /^[1-9]\d*$/)
      }),
  },
]
