import { describe, expect, it } from 'vitest'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import type { Logger } from '../core/logger.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import type { HealthResponse } from './exchange.ts'
import type { Format } from './formats/format.ts'
import { createHandler } from './handle.ts'
import type { HandlerOptions } from './handler-settings.ts'

const secret = 'postgres://app:hunter2@10.0.0.7/orders'

interface Logged {
  readonly message: string
  readonly details: unknown
}

function logging(): { logger: Logger; errors: Logged[] } {
  const errors: Logged[] = []
  const ignore = (): void => {}
  return {
    errors,
    logger: {
      info: ignore,
      warn: ignore,
      error: (message, details) => void errors.push({ message, details }),
    },
  }
}

async function answered(
  options: HandlerOptions,
  url: string,
  method: string,
  logger?: Logger,
): Promise<HealthResponse> {
  const health = createHealth({
    clock: fakeClock(),
    checks: { database: check(() => {}) },
    ...(logger && { logger }),
  })
  const response = await createHandler(health, options)({ method, url, headers: {} })
  if (response === undefined) throw new Error('no answer')
  return response
}

function throwing(thrown: unknown): () => never {
  return () => {
    throw thrown
  }
}

const circular: { self?: unknown } = {}
circular.self = circular

const failing: readonly (readonly [string, HandlerOptions])[] = [
  ['a body function that throws', { body: throwing(new Error(secret)) }],
  ['a body function that throws undefined', { body: throwing(undefined) }],
  ['a body function that returns nothing', { body: () => undefined }],
  ['a body function that returns a BigInt', { body: () => ({ n: 1n }) }],
  ['a body function that returns a circle', { body: () => circular }],
  ['a body function that returns a function', { body: () => () => secret }],
  ['a body whose toJSON throws', { body: () => ({ toJSON: throwing(new Error(secret)) }) }],
  [
    'a format that throws',
    { formats: [{ name: 'x', mediaType: 'text/plain', render: throwing(new Error(secret)) }] },
  ],
]

// Whatever is no string would make `response.end` throw, in a place where nobody catches it.
const renderedWrong: readonly unknown[] = [undefined, null, 42, {}, ['x'], Promise.resolve('x'), Symbol('x')]

describe('an answer that cannot be made', () => {
  for (const [what, options] of failing) {
    it.each(['/health', '/health/ready'])(`because of ${what}: 500 at %s, without detail`, async (url) => {
      const { logger, errors } = logging()
      const { status, headers, body } = await answered(options, url, 'GET', logger)
      expect(status).toBe(500)
      expect(headers).toMatchObject({
        'Content-Type': 'application/problem+json',
        'Cache-Control': 'no-store',
      })
      expect(JSON.parse(body)).toEqual({
        type: 'about:blank',
        title: 'Internal Server Error',
        status: 500,
        detail: 'The answer could not be made; see the log.',
      })
      expect(body).not.toMatch(/hunter2|10\.0\.0\.7|stack|Error:/)
      expect(errors.map(({ message }) => message)).toEqual(['a health answer could not be made'])
    })
  }

  it('is logged with what was thrown', async () => {
    const { logger, errors } = logging()
    const thrown = new Error(secret)
    await answered({ body: throwing(thrown) }, '/health', 'GET', logger)
    expect(errors).toEqual([{ message: 'a health answer could not be made', details: { err: thrown } }])
  })

  it('is an answer all the same when the log fails as well', async () => {
    const logger = { info: throwing(secret), warn: throwing(secret), error: throwing(secret) }
    expect((await answered({ body: throwing(secret) }, '/health/ready', 'GET', logger)).status).toBe(500)
    expect((await answered({ body: throwing(secret) }, '/health', 'GET')).status).toBe(500)
  })

  it.each(['HEAD', 'OPTIONS'])('has no body for %s', async (method) => {
    const { status, body } = await answered({ body: throwing(secret) }, '/health', method)
    expect({ status, body }).toEqual({ status: 500, body: '' })
  })

  it('does not spoil other formats, handlers and paths', async () => {
    const health = createHealth({ clock: fakeClock(), checks: {} })
    const broken = createHandler(health, { body: throwing(secret) })
    const sound = createHandler(health)
    const request = { url: '/health', headers: {} }
    expect((await broken(request))?.status).toBe(500)
    expect((await broken({ url: '/health?format=html', headers: {} }))?.status).toBe(200)
    expect((await sound(request))?.status).toBe(200)
  })

  it('is made again once it can be', async () => {
    const clock = fakeClock()
    let broken = true
    const body = (): string => {
      if (broken) throw new Error(secret)
      return 'fine'
    }
    const handle = createHandler(createHealth({ clock, checks: {} }), { body })
    const request = { url: '/health/ready', headers: {} }
    expect((await handle(request))?.status).toBe(500)
    broken = false
    await clock.advance(1000)
    expect(await handle(request)).toMatchObject({ status: 200, body: '"fine"' })
  })

  it.each(renderedWrong)('because a format rendered %s', async (rendered) => {
    const format = { name: 'x', mediaType: 'text/plain', render: () => rendered } as unknown as Format
    for (const url of ['/health', '/health/ready']) {
      expect((await answered({ formats: [format] }, url, 'GET')).status).toBe(500)
    }
  })

  it('because a body function is asynchronous: its promise is no body', async () => {
    expect((await answered({ body: async () => ({ status: 'UP' }) }, '/health', 'GET')).status).toBe(500)
  })
})

describe('a function of the application that is asynchronous by mistake, and rejects', () => {
  /** What would have ended the process: Node does so on a rejection that nobody handles. */
  async function unhandled(work: () => Promise<unknown>): Promise<readonly unknown[]> {
    const others = process.listeners('unhandledRejection')
    const seen: unknown[] = []
    const collect = (reason: unknown): void => void seen.push(reason)
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', collect)
    try {
      await work()
      await new Promise((resolve) => setImmediate(resolve))
    } finally {
      process.off('unhandledRejection', collect)
      for (const other of others) process.on('unhandledRejection', other)
    }
    return seen
  }

  const rejecting = (): Promise<never> => Promise.reject(new Error(secret))
  const wrong = { visibility: rejecting, body: rejecting } as unknown as Required<HandlerOptions>
  const format = { name: 'x', mediaType: 'text/plain', render: rejecting } as unknown as Format
  const { logger } = logging()

  it.each<readonly [string, HandlerOptions, number]>([
    ['visibility', { visibility: wrong.visibility }, 200],
    ['body', { body: wrong.body }, 500],
    ['format', { formats: [format] }, 500],
  ])('cannot end the process: %s', async (_what, options, status) => {
    const rejections = await unhandled(async () => {
      for (const url of ['/health', '/health/ready']) {
        expect((await answered(options, url, 'GET', logger)).status).toBe(status)
      }
    })
    expect(rejections).toEqual([])
  })

  it('cannot end the process: a logger', async () => {
    const late = { info: rejecting, warn: rejecting, error: rejecting }
    const rejections = await unhandled(() => answered({ body: throwing(secret) }, '/health', 'GET', late))
    expect(rejections).toEqual([])
  })
})

describe('createHandler', () => {
  it('throws all problems of its options at creation', () => {
    const health = createHealth({ clock: fakeClock(), checks: {} })
    const options = { basePath: 'health', aliases: 'no', tokn: 'x' } as unknown as HandlerOptions
    try {
      createHandler(health, options)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError)
      expect((error as ConfigurationError).problems).toHaveLength(3)
    }
  })

  it('never rejects and never throws, whatever is asked', async () => {
    const health = createHealth({ clock: fakeClock(), checks: { database: check(throwing(secret)) } })
    const handle = createHandler(health, { token: 'x'.repeat(16), visibility: throwing(secret) })
    const strange = [
      '/health/ready',
      '/%',
      '\ud800',
      '/health?format=%ff&deep=%',
      '/health/\ud800',
      '?',
      '#',
      'http://',
    ]
    const headers = [
      {},
      { accept: [] },
      { accept: '\ud800', authorization: 'Bearer \ud800' },
      { authorization: [] },
    ]
    for (const url of strange) {
      for (const each of headers) {
        const response = await handle({ url, headers: each })
        expect(response === undefined || [200, 503].includes(response.status)).toBe(true)
      }
    }
  })
})
