import { type CheckDefinition, degraded, type Outcome, selfCheck, up } from 'hale'
import type { Definition, DefinitionProblem } from '../definition/definition.ts'

/** The check that says whether the file is in force; no check and no group of a file may be called so. */
export const definitionCheckName = 'definition'

/**
 * Whether what the file says is in force, where operators look. It is in liveness, which `/health` answers with, and
 * DEGRADED at most: a file that was refused says nothing of the service, which must neither be restarted for it nor
 * get less traffic.
 */
export class DefinitionState {
  #outcome: Outcome = up('in force')

  /** Another one for each registry; all tell the same. */
  check(groups: Definition['groups']): CheckDefinition {
    // Whose liveness fails when it is DEGRADED would be restarted, and not start again with a file that is wrong.
    const restarts = (groups.liveness?.statusCodes?.DEGRADED ?? 200) >= 400
    return selfCheck(() => this.#outcome, {
      probes: restarts ? [] : ['liveness'],
      critical: false,
      impact: 'The last good configuration is in force, not the one of the file.',
    })
  }

  accept(): void {
    this.#outcome = up('in force')
  }

  refuse([first, ...others]: readonly DefinitionProblem[]): void {
    const count = others.length === 0 ? '1 problem' : `${others.length + 1} problems`
    const where =
      first === undefined ? '' : `, ${others.length === 0 ? '' : 'the first '}in line ${first.line}`
    this.#outcome = degraded(`refused: ${count}${where}; the last good one stays in force`)
  }
}
