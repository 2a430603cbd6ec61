import type { AllCheckOptions } from 'hale/checks/all'
import type { AnyCheckOptions } from 'hale/checks/any'
import type { QuorumCheckOptions } from 'hale/checks/quorum'
import { checkType } from '../check-type.ts'
import { count, type Field, needed, oneOf } from '../field.ts'

const checks: Field<object> = needed({
  schema: { type: 'object', minProperties: 1, additionalProperties: { $ref: '#/definitions/check' } },
  description: 'Checks of its own, by name.',
  holdsChecks: true,
} as Field<object | undefined>)
const someDownAs = oneOf('What it is when enough are up, but not all.', ['DEGRADED', 'UP'], 'DEGRADED')

export const all = checkType<AllCheckOptions>()({
  name: 'all',
  summary: 'every one of several checks is up',
  target: { checks },
  options: {},
  async make(_, options, { children }) {
    const { all } = await import('hale/checks/all')
    return { check: all(children, options) }
  },
})

export const any = checkType<AnyCheckOptions>()({
  name: 'any',
  summary: 'at least one of several checks is up',
  target: { checks },
  options: { someDownAs },
  async make(_, options, { children }) {
    const { any } = await import('hale/checks/any')
    return { check: any(children, options) }
  },
})

export const quorum = checkType<QuorumCheckOptions>()({
  name: 'quorum',
  summary: 'enough of several checks are up',
  target: { checks },
  options: { someDownAs, needed: count('How many must be up.', { minimum: 1 }, 'more than half') },
  async make(_, options, { children }) {
    const { quorum } = await import('hale/checks/quorum')
    return { check: quorum(children, options) }
  },
})
