import { kindOf, Problems } from '../errors/problems.ts'
import type { CheckState } from './check-state.ts'
import type { Clock } from './clock.ts'
import type { Control } from './control/control.ts'
import type { CheckChange } from './control/control-change.ts'
import type { CheckHandle } from './health.ts'
import { isOutcome } from './outcome.ts'

/** The public face of a check's state. */
export function checkHandle(
  check: CheckState,
  clock: Clock,
  control: Control,
  remove: () => void,
): CheckHandle {
  const { name } = check
  // Once it is removed, another check may have its name.
  const change = (changed: CheckChange): void => {
    if (!check.ended) control.change(name, changed, 'code')
  }
  return {
    name,
    report: () => check.report(clock.now()),
    run: () => check.runNow(),
    beat: () => check.beat(),
    set(outcome) {
      const problems = new Problems()
      if (!isOutcome(outcome))
        problems.add('outcome', `expected up(), degraded() or down(), got ${kindOf(outcome)}`)
      problems.throwIfAny(`health.check('${name}').set`)
      check.set(outcome)
    },
    control: () => control.of(name),
    tune: change,
    reset() {
      if (!check.ended) control.reset(name, 'code')
    },
    enable: () => change({ enabled: true }),
    disable(reason, options = {}) {
      const problems = new Problems()
      const given = problems.object('options', options)
      problems.knownKeys('options', given, ['forMs'])
      problems.number('options.forMs', given.forMs, 0, { min: 1, unit: 'milliseconds' })
      problems.throwIfAny(`health.check('${name}').disable`)
      change({ enabled: false, reason, forMs: options.forMs })
    },
    [Symbol.dispose]: remove,
  }
}
