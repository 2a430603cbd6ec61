import type { ClockSkewCheckOptions } from 'hale/checks/clock-skew'
import type { ConsulCheckOptions } from 'hale/checks/consul'
import type { HealthEndpointCheckOptions } from 'hale/checks/health-endpoint'
import type { HttpCheckOptions } from 'hale/checks/http'
import { checkType, notInFile } from '../check-type.ts'
import {
  count,
  milliseconds,
  needed,
  object,
  oneOf,
  pattern,
  patternSchema,
  secretMap,
  secretText,
  thresholds,
  toPattern,
  url,
} from '../field.ts'

const status = { type: 'integer', minimum: 200, maximum: 599 }
const scalar = { title: 'a plain value', type: ['string', 'number', 'boolean', 'null'] }
const jsonExpectation = object(
  {
    path: {
      title: 'a path such as components.db.status, or a list',
      anyOf: [
        { type: 'string', minLength: 1 },
        {
          type: 'array',
          minItems: 1,
          items: { title: 'a text or a whole number', type: ['string', 'integer'] },
        },
      ],
    },
    equals: { title: 'a plain value, or a list of them', anyOf: [scalar, { type: 'array', items: scalar }] },
  },
  ['path'],
)
const ownFetch = notInFile('a function')
const slow = milliseconds('An answer that takes longer is DEGRADED.', undefined, 1)
const maxBodyBytes = (fallback: string) => count('How many bytes of a body are read.', {}, fallback)

export const http = checkType<HttpCheckOptions>()({
  name: 'http',
  summary: 'an HTTP endpoint answers as expected',
  target: { url: needed(url('What is asked: an http: or https: URL.')) },
  options: {
    method: oneOf('How it is asked.', ['GET', 'HEAD'], 'GET'),
    expectedStatus: {
      schema: {
        title: 'an HTTP status, or a list of them',
        anyOf: [status, { type: 'array', items: status, minItems: 1 }],
      },
      description: 'The status that is well.',
      fallback: 'any 2xx',
    },
    headers: secretMap('Sent with the request.'),
    expectBody: pattern('What the body must hold.'),
    expectJson: {
      schema: {
        title: '{ path, equals }, or a list of them',
        anyOf: [jsonExpectation, { type: 'array', items: jsonExpectation, minItems: 1 }],
      },
      description: 'What the body must say as JSON.',
    },
    expectHeaders: {
      schema: {
        type: 'object',
        minProperties: 1,
        additionalProperties: {
          title: 'a text, { match: a regular expression } or true',
          anyOf: [...(patternSchema.anyOf as readonly object[]), { const: true }],
        },
      },
      description: 'What headers must be: a whole text, a match, or true for one that must be there.',
      toOption: (value) =>
        Object.fromEntries(Object.entries(value as object).map(([name, rule]) => [name, toPattern(rule)])),
    },
    maxBodyBytes: maxBodyBytes('65536'),
    degradedAfterMs: slow,
    fetch: ownFetch,
  },
  async make({ url }, options) {
    const { http } = await import('hale/checks/http')
    return { check: http(url, options) }
  },
})

export const healthEndpoint = checkType<HealthEndpointCheckOptions>()({
  name: 'health-endpoint',
  summary: 'what another service says of its own health',
  target: { url: needed(url('Its health endpoint, of any usual format.')) },
  options: {
    headers: secretMap('Sent with the request.'),
    maxBodyBytes: maxBodyBytes('262144'),
    degradedAfterMs: slow,
    fetch: ownFetch,
  },
  async make({ url }, options) {
    const { healthEndpoint } = await import('hale/checks/health-endpoint')
    return { check: healthEndpoint(url, options) }
  },
})

export const consul = checkType<ConsulCheckOptions>()({
  name: 'consul',
  summary: 'Consul has a leader',
  target: { url: needed(url('The agent, such as http://127.0.0.1:8500.')) },
  options: {
    token: secretText('An ACL token.'),
    servers: thresholds('How few servers there may be.', 'servers'),
    fetch: ownFetch,
  },
  async make({ url }, options) {
    const { consul } = await import('hale/checks/consul')
    return { check: consul(url, options) }
  },
})

export const clockSkew = checkType<ClockSkewCheckOptions>()({
  name: 'clock-skew',
  summary: "this machine's clock against a web server's",
  defaults: { critical: false, maxAgeMs: { up: 60_000, down: 1000 } },
  target: { url: needed(url('A server whose clock is right.')) },
  options: {
    skewMs: thresholds(
      'How far the clock may be off.',
      'milliseconds',
      '{ degradedAt: 2000, downAt: 30000 }',
    ),
    fetch: ownFetch,
  },
  async make({ url }, options) {
    const { clockSkew } = await import('hale/checks/clock-skew')
    return { check: clockSkew(url, options) }
  },
})
