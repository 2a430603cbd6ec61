import assert from 'node:assert/strict'
import { type AdapterCase, onStage, unwell } from './stage.ts'
import { converse, type WireRequest } from './wire-client.ts'

const paths = [
  '/health',
  '/health?deep=true',
  '/health/live',
  '/health/ready',
  '/health/payments',
  '/readyz/',
]
const methods = ['POST', 'PUT', 'PATCH', 'DELETE']

// What a body says of itself is no business of a probe's, yet parsers answer for it: 400, 413 or 415.
const bodies: readonly Partial<WireRequest>[] = [
  { body: '{"status":"UP"}', headers: ['Content-Type: application/json'] },
  { body: '{"status":"UP"}', headers: ['Content-Type: application/json'], chunked: true },
  { body: '{"broken', headers: ['Content-Type: application/json'] },
  { body: '', headers: ['Content-Type: application/json'] },
  { body: 'a=b&c', headers: ['Content-Type: application/x-www-form-urlencoded'] },
  { body: 'x', headers: ['Content-Type: application/x-unheard-of'] },
  { body: 'x', headers: ['Content-Type: no type at all'] },
  { body: 'x'.repeat(100_000), headers: ['Content-Type: text/plain'] },
  { body: 'x'.repeat(100_000), chunked: true },
]

/** What would write: refused on every health path. */
export const writeCases: readonly AdapterCase[] = [
  {
    name: 'refuses what writes with 405, Allow and a problem document',
    run: (subject) =>
      onStage(subject, { health: unwell() }, async (stage) => {
        await stage.agree(...methods.flatMap((method) => paths.map((path) => ({ method, path }))))
        const { status, headers } = await stage.ask({ method: 'POST', path: '/health/live' })
        assert.equal(status, 405)
        assert.equal(headers.allow, 'GET, HEAD, OPTIONS')
      }),
  },
  {
    name: 'refuses what writes whatever its body is',
    run: (subject) =>
      onStage(subject, {}, async (stage) => {
        const requests = methods.flatMap((method) =>
          bodies.map((body) => ({ ...body, method, path: '/health' })),
        )
        await stage.agree(...requests)
      }),
  },
  {
    name: 'goes on with the connection after a body that it refused',
    run: (subject) =>
      onStage(subject, {}, async (stage) => {
        for (const chunked of [false, true]) {
          const post = { method: 'POST', path: '/health', body: 'x'.repeat(100_000), chunked }
          const get = { path: '/health/ready' }
          const [refused, answered, again] = await converse(stage.app.url, post, get, get)
          for (const [request, given] of [
            [post, refused],
            [get, answered],
            [get, again],
          ] as const) {
            if (given !== undefined) await stage.expectPlain(request, given)
          }
        }
      }),
  },
]
