import assert from 'node:assert/strict'
import { type AdapterCase, onStage, type Stage } from './stage.ts'
import type { WireAnswer, WireRequest } from './wire-client.ts'

const token = 'operators-know-this-one'
const bearer = `Authorization: Bearer ${token}`
const json = 'Content-Type: application/json'
const options = { admin: { token } }
const check = '/health/admin/checks/database'

function change(body: string, more: Partial<WireRequest> = {}): WireRequest {
  return { method: 'PATCH', path: check, headers: [bearer, json], body, ...more }
}

async function expect(stage: Stage, request: WireRequest, status: number, has = ''): Promise<WireAnswer> {
  const given = await stage.ask(request)
  const what = `${request.method ?? 'GET'} ${request.path} ${request.body?.slice(0, 60) ?? ''}`
  assert.equal(given.status, status, `${what}: expected ${status}, got ${given.status}: ${given.body}`)
  assert.ok(given.body.includes(has), `${what}: expected ${has} in ${given.body}`)
  assert.equal(given.headers['cache-control'], 'no-store', `${what} may be cached`)
  return given
}

/** By length, in chunks, and with nothing in it: the change is what the body says. */
async function changes(stage: Stage): Promise<void> {
  for (const chunked of [false, true]) {
    await expect(stage, change('{"enabled":false,"reason":"repair"}', { chunked }), 200, '"enabled":false')
    await expect(stage, { path: check, headers: [bearer] }, 200, '"reason":"repair"')
    await expect(stage, { method: 'POST', path: `${check}/run`, headers: [bearer] }, 409)
    await expect(stage, change('{"enabled":true}', { chunked }), 200, '"enabled":true')
    await expect(stage, change('{"timeoutMs":-1,"wrong":1}', { chunked }), 422, 'wrong')
  }
  await expect(stage, change(''), 200, '"enabled":true')
  await expect(stage, { method: 'POST', path: `${check}/run`, headers: [bearer] }, 200, '"status":"UP"')
}

/** The only paths that write. */
export const adminCases: readonly AdapterCase[] = [
  {
    name: 'changes checks by the admin endpoints',
    run: (subject) =>
      onStage(subject, { options }, async (stage) => {
        await changes(stage)
        await expect(stage, { path: '/health/admin', headers: [bearer] }, 200, '"database"')
        const head = await expect(stage, { method: 'HEAD', path: check, headers: [bearer] }, 200)
        assert.ok('etag' in head.headers, 'the revision is missing')
        await expect(stage, { method: 'PUT', path: check, headers: [bearer], body: '{}' }, 405)
        await expect(stage, { path: '/health/admin/checks/nobody', headers: [bearer] }, 404, 'no')
        const stale = change('{"enabled":true}', { headers: [bearer, json, 'If-Match: "old"'] })
        await expect(stage, stale, 412)
      }),
  },
  {
    name: 'refuses bodies of the admin endpoints that are no JSON or too large, and goes on',
    run: (subject) =>
      onStage(subject, { options }, async (stage) => {
        for (const headers of [[bearer, json], [bearer, 'Content-Type: text/plain'], [bearer]]) {
          await expect(stage, change('{"broken', { headers }), 400)
          await expect(stage, change(`"${'x'.repeat(20_000)}"`, { headers }), 413)
          await expect(stage, change('{"enabled":true}', { headers }), 200)
        }
      }),
  },
  {
    name: 'tells nobody without the token what there is to control',
    run: (subject) =>
      onStage(subject, { options }, async (stage) => {
        for (const headers of [
          [],
          ['Authorization: Bearer wrong-wrong-wrong-wrong'],
          ['Authorization: Basic x'],
        ]) {
          for (const path of ['/health/admin', check, '/health/admin/checks/nobody']) {
            const { headers: given } = await expect(stage, { path, headers }, 401)
            assert.ok('www-authenticate' in given, 'there is no WWW-Authenticate')
          }
          await expect(stage, change('{"enabled":false}', { headers: [...headers, json] }), 401)
        }
        await expect(stage, { path: check, headers: [bearer] }, 200, '"enabled":true')
      }),
  },
  {
    name: 'leaves the admin paths to the application unless they are switched on',
    run: (subject) =>
      onStage(subject, {}, (stage) => stage.agree({ path: '/health/admin', headers: [bearer] })),
  },
  {
    name: "changes checks behind the framework's own body parser",
    applies: ({ startBehindBodyParser }) => startBehindBodyParser !== undefined,
    run: (subject) =>
      onStage(subject, { options, start: subject.startBehindBodyParser }, async (stage) => {
        await changes(stage)
        const { status } = await stage.ask(change('{"broken'))
        assert.ok(status >= 400 && status < 500, `broken JSON was answered with ${status}`)
        await expect(stage, { path: check, headers: [bearer] }, 200, '"enabled":true')
        await stage.agree(
          { path: '/health' },
          { method: 'PUT', path: '/health', body: '{}', headers: [json] },
        )
      }),
  },
]
