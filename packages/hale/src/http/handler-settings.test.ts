import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { Problems } from '../errors/problems.ts'
import type { Format } from './formats/format.ts'
import { handlerSettings, readHandlerOptions } from './handler-settings.ts'

const secret = 'hunter2'

function problemsOf(options: unknown): readonly string[] {
  try {
    handlerSettings(options)
  } catch (error) {
    if (error instanceof ConfigurationError) {
      expect(error.message).not.toContain(secret)
      return error.problems
    }
    throw error
  }
  return []
}

function custom(more: object = {}): Format {
  return { name: 'custom', mediaType: 'text/plain', render: () => '', ...more }
}

describe('handlerSettings', () => {
  it('needs nothing', () => {
    for (const options of [undefined, {}, Object.create(null)]) {
      const { formats, ...others } = handlerSettings(options)
      expect(others).toEqual({
        basePath: '/health',
        aliases: true,
        visibility: undefined,
        token: undefined,
        rateLimit: undefined,
        admin: undefined,
        metrics: false,
        actuator: undefined,
        envoy: false,
        serverTiming: false,
        openapi: { served: false, schemas: {}, detailsAs: 'object', ownBody: false, ownFormats: [] },
      })
      const names = [...new Set(formats.map(({ name }) => name))]
      const usual = ['json', 'html', 'kubernetes', 'health-json', 'actuator', 'microprofile', 'prometheus']
      expect(names).toEqual(usual)
    }
  })

  it.each([null, [], 'options', 5, true])('refuses %j for options', (options) => {
    expect(problemsOf(options)).toHaveLength(1)
    expect(problemsOf(options)[0]).toMatch(/^options: expected an object, got /)
  })

  it('says every problem of all options at once', () => {
    const problems = problemsOf({
      basePath: 'health',
      aliases: 'yes',
      visibility: 'all',
      token: secret,
      detailsAs: 'map',
      body: 'ok',
      formats: [],
      rateLimit: { perSecond: 0, burst: 0 },
      bodyy: 1,
    })
    expect(problems.map((problem) => problem.split(':', 1)[0]).sort()).toEqual([
      'aliases',
      'basePath',
      'body',
      'bodyy',
      'detailsAs',
      'formats',
      'rateLimit.burst',
      'rateLimit.perSecond',
      'token',
      'visibility',
    ])
  })

  it.each([
    [{ basepath: '/x' }, 'basepath: unknown option; did you mean basePath?'],
    [{ alias: false }, 'alias: unknown option; did you mean aliases?'],
    [{ tokens: 'x' }, 'tokens: unknown option; did you mean token?'],
    [{ path: '/x' }, 'path: unknown option; did you mean basePath?'],
    [
      { token: { value: 'x'.repeat(16), visiblity: 'debug' } },
      'token.visiblity: unknown option; did you mean visibility?',
    ],
    [{ rateLimit: { perSecond: 1, bursts: 2 } }, 'rateLimit.bursts: unknown option; did you mean burst?'],
  ])('proposes the option that was meant: %j', (options, problem) => {
    // "path" is too far from "basePath" to be proposed; then the known ones are listed.
    const expected = 'path' in options ? /^path: unknown option; known are basePath, / : problem
    expect(problemsOf(options)).toEqual([
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    ])
  })

  it('tells the problems of an adapter together with its own, and knows what the adapter knows', () => {
    const problems = new Problems()
    readHandlerOptions({ port: 9000, prot: 1, aliases: 0 }, problems, ['port'])
    expect(problems.found).toEqual([
      'prot: unknown option; did you mean port?',
      'aliases: expected true or false, got 0',
    ])
  })
})

describe('basePath', () => {
  it.each([
    ['/health', '/health'],
    ['/health/', '/health'],
    ['/', ''],
    ['/a/b/c', '/a/b/c'],
    ['/_/health-check.v1~x', '/_/health-check.v1~x'],
    ['/@me:8080', '/@me:8080'],
  ])('%s is taken as "%s"', (basePath, taken) => {
    expect(handlerSettings({ basePath }).basePath).toBe(taken)
  })

  it.each([
    '',
    'health',
    'health/',
    '//',
    '/a//b',
    '//health',
    '/health//',
    '/hea lth',
    '/héalth',
    '/a?b',
    '/a#b',
    '/%2f',
    '/a\n',
    'http://x/health',
  ])('refuses %j', (basePath) => {
    expect(problemsOf({ basePath })).toEqual([
      expect.stringMatching(/^basePath: expected a path such as '\/health'/),
    ])
  })

  it.each([null, 5, [], {}, true])('refuses %j', (basePath) => {
    expect(problemsOf({ basePath })).toEqual([expect.stringMatching(/^basePath: expected a string, got /)])
  })
})

describe('token', () => {
  const long = 'x'.repeat(16)

  it.each([
    [long, { value: long, visibility: 'debug' }],
    [{ value: long }, { value: long, visibility: 'debug' }],
    [
      { value: long, visibility: 'components' },
      { value: long, visibility: 'components' },
    ],
  ])('%j raises visibility', (token, taken) => {
    expect(handlerSettings({ token }).token).toEqual(taken)
  })

  it.each([
    '',
    secret,
    'x'.repeat(15),
    null,
    5,
    {},
    { value: '' },
    { value: secret },
    { value: null },
    { value: 5 },
    [long],
    { visibility: 'debug' },
    { value: long, visibility: 'all' },
  ])('refuses %j', (token) => {
    const problems = problemsOf({ token })
    expect(problems.length).toBeGreaterThan(0)
    for (const problem of problems) expect(problem).toMatch(/^token/)
  })

  it('refuses one that no header can carry', () => {
    for (const token of ['п'.repeat(16), `${'x'.repeat(16)}\n`, ' '.repeat(16), `${'x'.repeat(16)} `]) {
      expect(problemsOf({ token }), JSON.stringify(token)).not.toEqual([])
    }
  })
})

describe('visibility, aliases, detailsAs and body', () => {
  it.each(['status', 'components', 'debug'])('take %s', (visibility) => {
    expect(handlerSettings({ visibility }).visibility).toBe(visibility)
  })

  it('take a function', () => {
    const visibility = (): string => 'status'
    expect(handlerSettings({ visibility }).visibility).toBe(visibility)
  })

  it.each([
    { visibility: 'Status' },
    { visibility: null },
    { visibility: true },
    { aliases: 'false' },
    { aliases: 0 },
    { aliases: null },
    { detailsAs: 'array' },
    { detailsAs: null },
    { body: null },
    { body: {} },
  ])('refuse %j', (options) => {
    expect(problemsOf(options)).toHaveLength(1)
  })
})

describe('formats', () => {
  it('are taken in their order, by name or of your own', () => {
    const own = custom()
    const { formats } = handlerSettings({ formats: ['html', own, 'json'] })
    expect(formats.map(({ name }) => name)).toEqual(['html', 'custom', 'json'])
    expect(formats[1]).toBe(own)
  })

  it.each([
    [],
    {},
    'json',
    null,
    [null],
    [undefined],
    ['xml'],
    [{}],
    [{ name: 'x', mediaType: 'text/plain' }],
    [{ name: 'x', render: () => '' }],
    [{ mediaType: 'text/plain', render: () => '' }],
    ['json', 'constructor'],
    [() => ''],
  ])('refuse %j', (formats) => {
    expect(problemsOf({ formats })).toEqual([expect.stringMatching(/^formats/)])
  })

  it('name each entry that is wrong', () => {
    expect(
      problemsOf({ formats: ['json', 'xml', custom(), 3] }).map((problem) => problem.split(':', 1)[0]),
    ).toEqual(['formats[1]', 'formats[3]'])
  })

  it.each(['', 'plain', 'text/plain\n', 'text/plain\r\nX-Evil: 1', 'text/pläin–'])(
    'refuse the media type %j, which would fail at the first probe',
    (mediaType) => {
      expect(problemsOf({ formats: [custom({ mediaType })] })).not.toEqual([])
    },
  )

  it.each([{ 'X-A': 'a\nb' }, { 'X A': 'a' }, { 'X-A': undefined }, { 'X-A': '–' }, 'X-A: b', null])(
    'refuse the headers %j, which would fail at the first probe',
    (headers) => {
      expect(problemsOf({ formats: [custom({ headers })] })).not.toEqual([])
    },
  )

  it('refuse a name twice', () => {
    expect(problemsOf({ formats: ['json', 'json'] })).not.toEqual([])
    expect(problemsOf({ formats: [custom(), custom({ mediaType: 'text/html' })] })).not.toEqual([])
    expect(problemsOf({ formats: ['json', custom({ name: 'json' })] })).not.toEqual([])
  })
})

describe('rateLimit', () => {
  it.each([
    [{ perSecond: 10 }, { perSecond: 10, burst: 10 }],
    [{ perSecond: 0.5 }, { perSecond: 0.5, burst: 1 }],
    [
      { perSecond: 10, burst: 50 },
      { perSecond: 10, burst: 50 },
    ],
  ])('takes %j', (rateLimit, taken) => {
    expect(handlerSettings({ rateLimit }).rateLimit).toEqual(taken)
  })

  it.each([
    {},
    { burst: 5 },
    { perSecond: 0 },
    { perSecond: -1 },
    { perSecond: '10' },
    { perSecond: Number.NaN },
    { perSecond: Number.POSITIVE_INFINITY },
    { perSecond: 1, burst: 0.5 },
    { perSecond: 1, burst: null },
  ])('refuses %j', (rateLimit) => {
    expect(problemsOf({ rateLimit })).toHaveLength(1)
  })

  it.each([null, 10, [], true])('refuses %j', (rateLimit) => {
    expect(problemsOf({ rateLimit })[0]).toMatch(/^rateLimit: expected an object, got /)
  })
})
