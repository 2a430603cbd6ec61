import assert from 'node:assert/strict'
import { check } from '../../core/check.ts'
import { type AdapterCase, onStage } from './stage.ts'
import { ask, converse } from './wire-client.ts'

// No dots among them: whoever parses URLs by the WHATWG's rules has resolved them before anybody is asked.
const strangers = [
  '/hello',
  '/',
  '/nothing',
  '/healthy',
  '/HEALTH',
  '/Health/live',
  '/health/nobody',
  '/health/nobody/ready',
  '/health/database/x',
  '/health/live/now',
  '/health//live',
  '//health',
  '/health%2flive',
  '/health/%6eobody',
  '/health/constructor',
  '/health/__proto__',
  '/livez/nothing',
  '/readyzz',
]

const mountable: AdapterCase['applies'] = ({ mountable = true }) => mountable

/** Where the endpoints are, and where they are not. */
export const placeCases: readonly AdapterCase[] = [
  {
    name: "leaves every other path to the application, beneath the base path too, and the application's own 404",
    run: (subject) =>
      onStage(subject, {}, async (stage) => {
        await stage.agree(...strangers.map((path) => ({ path })))
        await stage.agree({ method: 'POST', path: '/health/nobody' }, { method: 'HEAD', path: '/nothing' })
      }),
  },
  {
    name: 'matches paths that cannot be decoded with nothing of its own',
    run: (subject) =>
      onStage(subject, {}, async (stage) => {
        // Some frameworks refuse these before anybody is asked.
        for (const path of ['/%', '/health/%e0%a4%a', '/health/live%']) {
          const { status } = await stage.ask({ path })
          assert.ok(status >= 400 && status < 500, `GET ${path} was answered with ${status}`)
        }
        await stage.agree({ path: '/health/live' })
      }),
  },
  {
    name: 'answers beneath the path where it is mounted, and nowhere else',
    applies: mountable,
    run: (subject) =>
      onStage(subject, { mount: '/api/v1' }, async (stage) => {
        const paths = ['/health', '/health/', '/health/ready?x=1', '/health?deep=true', '/health/database']
        await stage.agree(...paths.map((path) => ({ path })))
        await stage.agree({ path: '/readyz' }, { path: '/health/nobody' }, { path: '/healthy' })
        await stage.agree({ method: 'HEAD', path: '/health' }, { method: 'OPTIONS', path: '/health/ready' })
        await stage.agree({ method: 'POST', path: '/health/ready', body: 'x' })
        for (const path of ['/health', '/readyz', '/api/v1', '/api/v1health', '/api/v2/health', '/api']) {
          const given = await ask(stage.app.url, { path })
          assert.equal(given.status, 404, `GET ${path} of an adapter mounted at /api/v1`)
          assert.equal(given.body, 'application 404', `GET ${path} is the application's to answer`)
        }
      }),
  },
  {
    name: 'answers at its mount point itself with the base path "/"',
    applies: mountable,
    run: (subject) =>
      onStage(subject, { mount: '/status', options: { basePath: '/', aliases: false } }, async (stage) => {
        await stage.agree({ path: '/' }, { path: '/ready' }, { path: '/?deep=true' }, { path: '/readyz' })
        for (const path of ['/status', '/status?deep=true']) {
          const given = await ask(stage.app.url, { path })
          await stage.expectPlain({ path: path.replace('/status', '/') }, given)
        }
      }),
  },
  ...[
    ['/', ['/', '/ready', '/live/', '/?deep=true', '/database', '/payments', '/hello', '/health', '/readyz']],
    ['/internal/status', ['/internal/status', '/internal/status/ready', '/internal', '/health', '/readyz']],
    ['/a.b+c:d', ['/a.b+c:d', '/a.b+c:d/ready', '/aXb+c:d', '/a.b', '/a.b+c:dx']],
  ].map(
    ([basePath, paths]): AdapterCase => ({
      name: `answers beneath the base path ${basePath}`,
      run: (subject) =>
        onStage(subject, { options: { basePath: basePath as string } }, async (stage) => {
          for (const path of paths as string[]) await stage.agree({ path }, { method: 'OPTIONS', path })
          await stage.agree({ method: 'DELETE', path: paths?.[0] as string })
        }),
    }),
  ),
  {
    name: 'answers under no alias when they are switched off',
    run: (subject) =>
      onStage(subject, { options: { aliases: false } }, async (stage) => {
        await stage.agree(
          ...['/livez', '/readyz', '/startupz', '/healthz', '/health'].map((path) => ({ path })),
        )
      }),
  },
  {
    name: 'answers for a check that was added or removed while it serves',
    run: (subject) =>
      onStage(subject, {}, async (stage) => {
        await stage.agree({ path: '/health/late' })
        const late = stage.health.add(
          'late',
          check(() => {}),
        )
        await stage.agree({ path: '/health/late' }, { method: 'OPTIONS', path: '/health/late' })
        await stage.agree({ method: 'POST', path: '/health/late', body: 'x' })
        late[Symbol.dispose]()
        await stage.agree({ path: '/health/late' })
      }),
  },
  {
    name: 'understands the absolute form, and HTTP/1.0 without Host',
    run: (subject) =>
      onStage(subject, {}, async (stage) => {
        for (const path of ['/health', '/health/ready', '/readyz', '/health?deep=true']) {
          const absolute = await ask(stage.app.url, { path: `http://10.0.0.7:9000${path}` })
          await stage.expectPlain({ path }, absolute)
          for (const method of ['GET', 'OPTIONS', 'HEAD']) {
            const old = await ask(stage.app.url, { method, path, version: '1.0' })
            await stage.expectPlain({ method, path }, old)
          }
        }
      }),
  },
  {
    name: 'answers requests that come in one packet in their order',
    run: (subject) =>
      onStage(subject, {}, async (stage) => {
        const requests = ['/health/ready', '/hello', '/health', '/nothing', '/livez'].map((path) => ({
          path,
        }))
        const answers = await converse(stage.app.url, ...requests)
        for (const [index, request] of requests.entries()) {
          const given = answers[index]
          if (given !== undefined) await stage.expectPlain(request, given)
        }
      }),
  },
]
