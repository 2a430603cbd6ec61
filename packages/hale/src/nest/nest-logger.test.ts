import { Logger as NestLogger } from '@nestjs/common'
import { afterEach, expect, it } from 'vitest'
import { nestLogger } from './nest-logger.ts'

const lines: string[] = []

function logged(err: unknown): string {
  const log = (line: unknown): void => void lines.push(String(line))
  NestLogger.overrideLogger({ log, warn: log, error: log })
  nestLogger().error('check database failed', { err })
  return lines.splice(0).join('\n')
}

afterEach(() => {
  NestLogger.overrideLogger(false)
})

it('tells the causes of an error, and the errors in it', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1'), { code: 'ECONNREFUSED' })
  const text = logged(new Error('no session', { cause: new AggregateError([refused], '') }))
  expect(text).toMatch(/^check database failed\nError: no session\n {4}at /)
  expect(text).toContain('[cause]: AggregateError')
  expect(text).toContain('Error: connect ECONNREFUSED 10.0.0.1')
})

it.each([
  ['a text', 'gone', 'check database failed\ngone'],
  ['nothing', undefined, 'check database failed'],
  ['null', null, 'check database failed\nnull'],
])('tells what is no error: %s', (_what, err, expected) => {
  expect(logged(err)).toBe(expected)
})

it('keeps the message of an error that cannot be looked at', () => {
  const err = new Error('hidden')
  Object.defineProperty(err, Symbol.for('nodejs.util.inspect.custom'), {
    value: () => {
      throw new Error('no')
    },
  })
  expect(logged(err)).toBe('check database failed\n(an error that cannot be shown)')
})
