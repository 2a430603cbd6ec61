import assert from 'node:assert/strict'
import { type AdapterCase, onStage, patient, unwell } from './stage.ts'
import type { WireRequest } from './wire-client.ts'

const paths = [
  '/health',
  '/health/',
  '/health?deep=true',
  '/health?deep=TRUE&x=1',
  '/health?deep=false',
  '/health?',
  '/health/live',
  '/health/ready',
  '/health/ready/',
  '/health/ready?x=%zz',
  '/health/startup',
  '/health/payments',
  '/health/database',
  '/health/cache',
  '/livez',
  '/readyz',
  '/readyz/',
  '/readyz?verbose',
  '/startupz',
  '/healthz',
  '/healthz?deep=true',
  '/h%65alth/rea%64y',
]

/** As probers, proxies, browsers and caches send them. */
const headerLines = [
  ['Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8'],
  ['Accept: text/plain, text/*, */*'],
  ['Accept: application/json', 'Accept-Encoding: gzip, br'],
  ['If-None-Match: *', 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT'],
  ['Range: bytes=0-1'],
  ['Authorization: Bearer nobody', 'Cookie: a=b', 'X-Forwarded-Prefix: /nowhere'],
  ['Origin: https://elsewhere.example', 'Access-Control-Request-Method: GET'],
]

const healths = [
  ['well', patient],
  ['unwell', unwell],
] as const

/** What is asked by GET, HEAD and OPTIONS. */
export const readCases: readonly AdapterCase[] = healths.flatMap(([state, make]) => [
  {
    name: `answers every health path of a service that is ${state} to the letter`,
    run: (subject) =>
      onStage(subject, { health: make() }, async (stage) => {
        await stage.agree(...paths.map((path) => ({ path })))
        const ready = await stage.ask({ path: '/health/ready' })
        assert.equal(ready.status, state === 'well' ? 200 : 503)
        assert.ok(
          ready.body.includes('"name"') || ready.body.includes('"details"'),
          'the body has no details',
        )
      }),
  },
  {
    name: `answers HEAD of a service that is ${state} with the headers of GET and no body`,
    run: (subject) =>
      onStage(subject, { health: make() }, async (stage) => {
        await stage.agree(...paths.map((path) => ({ method: 'HEAD', path })))
        const get = await stage.ask({ path: '/health/ready' })
        const head = await stage.ask({ method: 'HEAD', path: '/health/ready' })
        assert.equal(head.headers['content-length'], String(Buffer.byteLength(get.body)))
      }),
  },
  {
    name: `answers OPTIONS of a service that is ${state} with its status, Allow and nothing else`,
    run: (subject) =>
      onStage(subject, { health: make() }, async (stage) => {
        await stage.agree(...paths.map((path) => ({ method: 'OPTIONS', path })))
        const { headers } = await stage.ask({ method: 'OPTIONS', path: '/health/ready' })
        assert.equal(headers['content-length'], '0')
        assert.equal(headers.allow, 'GET, HEAD, OPTIONS')
      }),
  },
  {
    name: `minds no header that it need not mind, on a service that is ${state}`,
    run: (subject) =>
      onStage(subject, { health: make() }, async (stage) => {
        const requests = headerLines.flatMap((headers) =>
          ['/health', '/health/ready'].flatMap((path): WireRequest[] => [
            { path, headers },
            { method: 'OPTIONS', path, headers },
          ]),
        )
        await stage.agree(...requests)
      }),
  },
])
