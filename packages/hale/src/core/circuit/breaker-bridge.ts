import { Problems } from '../../errors/problems.ts'
import { type CheckDefinition, check, type DependencyCheckOptions } from '../check.ts'
import { withDefaults } from '../check-defaults.ts'
import type { Outcome } from '../outcome.ts'
import type { HealthEvents } from '../transitions.ts'

/** What a breaker needs of a registry to follow one of its checks; every `Health` has it. */
export interface FollowedHealth<Name extends string = string> {
  check(name: Name): { report(): { readonly status: string } }
  on(event: 'transition', listener: (transition: HealthEvents['transition']) => void): () => void
}

// By name: a breaker is shown by one check or two, under a name that is only known when it runs.
const shownBy = new WeakMap<object, Set<string>>()

/** A check that shows the state of another library's breaker. */
export function breakerCheck(
  breaker: object,
  options: DependencyCheckOptions,
  problems: Problems,
  outcome: () => Outcome,
): CheckDefinition<'readiness'> {
  const definition = check(
    ({ name }) => {
      const names = shownBy.get(breaker) ?? new Set()
      shownBy.set(breaker, names.add(name))
      return outcome()
    },
    // A breaker closes with a call that succeeds, and a service that is out of rotation gets no call.
    withDefaults(options, { critical: false }),
  )
  return { ...definition, problems: problems.found }
}

/**
 * Tells a breaker to `hold` while a check is DOWN: now, and whenever that changes. UNKNOWN says nothing against the
 * dependency. Returns what ends it, and lets go.
 */
export function followCheck<Name extends string>(
  health: FollowedHealth<Name>,
  name: Name,
  breaker: object,
  hold: (held: boolean) => void,
): () => void {
  let held = false
  const turned = (down: boolean): void => {
    if (down === held) return
    // Thrown from a transition it is logged by the registry, like anything that a listener throws.
    if (down) mustNotShowItself(name, breaker)
    held = down
    hold(down)
  }
  mustNotShowItself(name, breaker)
  const stop = health.on('transition', (transition) => {
    if ('check' in transition && transition.check === name) turned(transition.to === 'DOWN')
  })
  turned(health.check(name).report().status === 'DOWN')
  return () => {
    stop()
    turned(false)
  }
}

function mustNotShowItself(name: string, breaker: object): void {
  if (shownBy.get(breaker)?.has(name) !== true) return
  const problems = new Problems()
  problems.add(
    'name',
    `check ${name} shows this very breaker, which would hold itself open; follow another check`,
  )
  problems.throwIfAny('followHealth')
}
