import { describe, expect, it } from 'vitest'
import { CallTimeoutError } from './call-timeout-error.ts'
import { CheckTimeoutError } from './check-timeout-error.ts'
import { ConfigurationError } from './configuration-error.ts'
import { DependencyDownError } from './dependency-down-error.ts'
import { DisposedError } from './disposed-error.ts'
import { safeFailure } from './safe-message.ts'
import { StartupError } from './startup-error.ts'

const each = [
  { error: new CallTimeoutError('db', 250), name: 'CallTimeoutError', code: 'HALE_CALL_TIMEOUT' },
  { error: new CheckTimeoutError(250), name: 'CheckTimeoutError', code: 'HALE_CHECK_TIMEOUT' },
  { error: new ConfigurationError('x', ['y: z']), name: 'ConfigurationError', code: 'HALE_CONFIGURATION' },
  { error: new DependencyDownError('db', 0, 5), name: 'DependencyDownError', code: 'HALE_DEPENDENCY_DOWN' },
  { error: new DisposedError(), name: 'DisposedError', code: 'HALE_DISPOSED' },
  { error: new StartupError('load models', undefined), name: 'StartupError', code: 'HALE_STARTUP' },
]

describe('error classes', () => {
  it.each(each)('$name is an Error with a stable name and code', ({ error, name, code }) => {
    expect(error).toBeInstanceOf(Error)
    expect({ name: error.name, code: error.code }).toEqual({ name, code })
    expect(error.stack).toContain('error-classes.test.ts')
  })

  it('have a code each', () => {
    expect(new Set(each.map(({ code }) => code)).size).toBe(each.length)
  })

  it.each([
    { error: new DependencyDownError('db', 0, 5), status: 503, text: 'circuit open' },
    { error: new CallTimeoutError('db', 250), status: 504, text: 'timed out' },
  ])('$error.name has the shape of http-errors, and a text of its own as a check fails with it', (each) => {
    const { error, status, text } = each
    expect(error).toMatchObject({ status, statusCode: status, expose: false })
    expect(safeFailure(error)).toEqual({ message: text, code: error.code })
  })

  it('CheckTimeoutError says how long the run was allowed, with its unit', () => {
    expect(new CheckTimeoutError(250)).toMatchObject({ message: 'timed out after 250 ms', timeoutMs: 250 })
  })

  it.each([new Error('refused'), 'a string', undefined, null])(
    'StartupError keeps %s as its cause',
    (thrown) => {
      const error = new StartupError('load models', thrown)
      expect(error.cause).toBe(thrown)
      expect(error.task).toBe('load models')
      expect(error.message).toBe('startup task "load models" failed')
    },
  )

  it('DisposedError says that the registry is gone', () => {
    expect(new DisposedError().message).toBe('this health registry has been disposed')
  })
})
