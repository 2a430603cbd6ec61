import { describe, expect, it } from 'vitest'
import { createHealth } from '../core/create-health.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { offLoopSettings } from './off-loop-settings.ts'

const health = createHealth({ checks: {} })

function problems(options: unknown, registry: unknown = health): readonly string[] {
  try {
    offLoopSettings(registry, options)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return (error as ConfigurationError).problems
  }
}

describe('options of serveOffLoop', () => {
  it('are those of the handler as plain data, beside its own', () => {
    const handler = {
      basePath: '/',
      aliases: false,
      visibility: 'debug',
      token: { value: 'x'.repeat(16), visibility: 'debug' },
      detailsAs: 'list',
      formats: ['json'],
      rateLimit: { perSecond: 5 },
      actuator: { basePath: '/manage' },
      envoy: true,
      serverTiming: true,
    }
    const settings = offLoopSettings(health, { port: 0, host: '::1', ...handler })
    expect(settings).toEqual({
      port: 0,
      host: '::1',
      blockedAfterMs: 5000,
      maxSnapshotAgeMs: 30_000,
      handler,
    })
    expect(structuredClone(settings.handler)).toEqual(handler)
  })

  it.each([
    [{}, 'port: missing; 0 takes any free one'],
    [
      { port: 0, blockedAfterMs: 100 },
      'blockedAfterMs: expected a number of milliseconds of at least 1000, got 100',
    ],
    [
      { port: 0, maxSnapshotAgeMs: '5' },
      'maxSnapshotAgeMs: expected a number of milliseconds of at least 0, got a string of 1 character; use Number(…)',
    ],
    [
      { port: 0, visibility: () => 'debug' },
      'visibility: a function cannot go to another thread; use a level, a token, or serveHealth',
    ],
    [
      { port: 0, body: () => ({}) },
      'body: not off the loop: a function cannot go to another thread; serve bodies of your own with serveHealth or a middleware',
    ],
    [
      { port: 0, formats: ['json', { name: 'x', mediaType: 'text/plain', render: () => '' }] },
      'formats[1]: a format of your own cannot go to another thread; use a name, or serveHealth',
    ],
    [
      { port: 0, admin: { token: 'x' } },
      'admin: not off the loop: the probe thread only reads; serve it with serveHealth or a middleware',
    ],
    [{ port: 0, blockAfterMs: 1 }, 'blockAfterMs: unknown option; did you mean blockedAfterMs?'],
    [
      { port: 0, basePath: 'health' },
      "basePath: expected a path such as '/health', or '/' to serve at the root",
    ],
    [null, 'options: expected an object, got null'],
  ])('refuses %j', (options, problem) => {
    expect(problems(options)).toContain(problem)
  })

  it('tells all problems together', () => {
    expect(problems({ port: -1, blockedAfterMs: 1, visibility: () => {}, token: 'short' }, {})).toHaveLength(
      5,
    )
  })
})
