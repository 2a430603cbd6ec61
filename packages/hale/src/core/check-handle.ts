import { kindOf, Problems } from '../errors/problems.ts'
import type { CheckState } from './check-state.ts'
import type { Clock } from './clock.ts'
import type { CheckHandle } from './health.ts'
import { isOutcome } from './outcome.ts'

/** The public face of a check's state. */
export function checkHandle(check: CheckState, clock: Clock, remove: () => void): CheckHandle {
  return {
    name: check.name,
    report: () => check.report(clock.now()),
    run: () => check.runNow(),
    beat: () => check.beat(),
    set(outcome) {
      const problems = new Problems()
      if (!isOutcome(outcome))
        problems.add('outcome', `expected up(), degraded() or down(), got ${kindOf(outcome)}`)
      problems.throwIfAny(`health.check('${check.name}').set`)
      check.set(outcome)
    },
    enable: () => check.enable(),
    disable(reason, options = {}) {
      const problems = new Problems()
      problems.knownKeys('options', options, ['forMs'])
      problems.number('options.forMs', options.forMs, 0, { min: 1, unit: 'milliseconds' })
      problems.throwIfAny(`health.check('${check.name}').disable`)
      check.disable(reason, options.forMs)
    },
    [Symbol.dispose]: remove,
  }
}
