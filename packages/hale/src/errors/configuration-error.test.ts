import { describe, expect, it } from 'vitest'
import { ConfigurationError } from './configuration-error.ts'

describe('ConfigurationError', () => {
  it('names what was set up, counts one problem and lists it', () => {
    const error = new ConfigurationError('createHealth', ['budgetMs: expected a number'])
    expect(error.message).toBe('createHealth: 1 problem\n  - budgetMs: expected a number')
  })

  it('lists every problem, one a line, in the order they were found', () => {
    const problems = ['b: second letter', 'a: first letter', 'c: third letter']
    const error = new ConfigurationError('health handler', problems)
    expect(error.message.split('\n')).toEqual([
      'health handler: 3 problems',
      '  - b: second letter',
      '  - a: first letter',
      '  - c: third letter',
    ])
    expect(error.problems).toEqual(problems)
  })

  it('is recognised by class, name and stable code', () => {
    const error: unknown = new ConfigurationError('x', ['y: z'])
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'HALE_CONFIGURATION' })
  })

  it('shows its name and its problems when it is printed', () => {
    const printed = String(new ConfigurationError('serveHealth', ['port: missing']))
    expect(printed).toBe('ConfigurationError: serveHealth: 1 problem\n  - port: missing')
  })
})
