import type { CheckOptions, ProbeName } from 'hale'
import { count, type Field, flag, listOf, milliseconds, object, text } from './field.ts'

/** What every check takes; the names of other options are those of one type. */
export type EveryCheckOption = keyof CheckOptions | 'probes' | 'dangerouslyRestartOnFailure'

const probes: readonly ProbeName[] = ['liveness', 'readiness', 'startup']
/** Those that a check belongs to that names none: the library's own, for every type. */
export const defaultProbes: readonly ProbeName[] = ['readiness']
const age = { type: 'number', minimum: 0 }

/** The options of every check. The compiler holds their names against the library's. */
export const everyCheck: { readonly [Name in EveryCheckOption]-?: Field } = {
  timeoutMs: milliseconds('What a whole run may take, retries included.', '500', 1),
  retries: count('How often a failed run is repeated at once.', { maximum: 100 }, '0'),
  critical: flag('Whether its failure takes the probe DOWN, or makes it DEGRADED.', true),
  probes: {
    schema: { type: 'array', items: { enum: probes } },
    description: 'The probes it belongs to; an empty list leaves it to groups.',
    fallback: `[${defaultProbes.join(', ')}]`,
  },
  intervalMs: milliseconds('Runs it in the background at this interval, and not when asked.', undefined, 1),
  maxAgeMs: {
    schema: object({ up: age, down: age }),
    description: 'For how many milliseconds a result is served from memory.',
    fallback: '{ up: 1000, down: 1000 }',
  },
  failureThreshold: count('Failed runs in a row before a healthy check is not.', { minimum: 1 }, '1'),
  successThreshold: count('Good runs in a row before a failed check is healthy.', { minimum: 1 }, '1'),
  enabled: flag('Whether it runs.', true),
  overlapAfterMs: milliseconds('For how long no second run starts beside one that hangs.', '10000'),
  impact: text('One sentence: what users notice when this fails.'),
  runbook: text('A URL for whoever is called at night.'),
  tags: listOf('Words for those who select checks.', { type: 'string' }),
  componentType: text("'component', 'datastore', 'system' or your own word."),
  dangerouslyRestartOnFailure: flag('Lets a dependency into liveness and startup.', false),
}
