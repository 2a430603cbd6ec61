import type { Problems } from '../../errors/problems.ts'
import type { CheckDefinition } from '../check.ts'
import { type CheckTuning, type CheckTuningChange, tunable } from './check-tuning.ts'

/** A change of one check at run time. What it does not name stays as it is, `null` returns to configuration. */
export interface CheckChange extends CheckTuningChange {
  /** False takes the check out of its groups' verdict and aborts what runs. */
  readonly enabled?: boolean | undefined
  /** Why it is disabled; shown as it is. */
  readonly reason?: string | undefined
  /** After how many milliseconds a disabled check is enabled again. */
  readonly forMs?: number | undefined
}

/** What is in force for one check, and what of it was changed since the service began. */
export interface CheckControl {
  readonly name: string
  readonly enabled: boolean
  /** Why it is disabled. */
  readonly reason?: string
  /** When a disabled check is enabled again, in milliseconds since the epoch. */
  readonly until?: number
  /** The settings in force. */
  readonly settings: CheckTuning
  /** Those of them that were changed at run time; a restart forgets them. */
  readonly tuned: CheckTuning
  /** Another one after each change, and after each restart. */
  readonly revision: string
}

/** Something was changed or set off by hand: for an audit log. */
export interface ControlEvent {
  /** The check; absent when it is about the whole service. */
  readonly check?: string
  /** Who did it: `'code'`, `'admin'`, `'expiry'` (of `forMs`), or a word of your own. */
  readonly by: string
  readonly action: 'change' | 'run'
  readonly reason?: string
  /** What was and what is, by field. */
  readonly changes: { readonly [field: string]: { readonly from: unknown; readonly to: unknown } }
  /** Milliseconds since the epoch. */
  readonly at: number
}

const ownFields = ['enabled', 'reason', 'forMs'] as const

/** Takes a change apart; of what it tunes only the names are looked at here. */
export function readChange(
  kind: CheckDefinition['kind'],
  change: unknown,
  problems: Problems,
): Pick<CheckChange, (typeof ownFields)[number]> & { readonly tuning: CheckTuningChange } {
  const fields = problems.object('change', change)
  const tunables = tunable(kind)
  problems.knownKeys('', fields, [...ownFields, ...tunables])
  const enabled = fields.enabled === undefined ? undefined : problems.boolean('enabled', fields.enabled, true)
  const reason = problems.string('reason', fields.reason)
  const forMs = problems.number('forMs', fields.forMs, 1, { min: 1, unit: 'milliseconds' })
  for (const field of ['reason', 'forMs'] as const) {
    if (fields[field] !== undefined && fields.enabled !== false)
      problems.add(field, 'goes with enabled: false')
  }
  return {
    ...(enabled !== undefined && { enabled }),
    ...(reason !== undefined && { reason }),
    ...(fields.forMs !== undefined && { forMs }),
    tuning: Object.fromEntries(
      tunables.flatMap((key) => (fields[key] === undefined ? [] : [[key, fields[key]]])),
    ),
  }
}

/** What is another one now, by field. */
export function changesBetween(before: CheckControl, after: CheckControl): ControlEvent['changes'] {
  const [was, is] = [flat(before), flat(after)]
  const changes: Record<string, { readonly from: unknown; readonly to: unknown }> = {}
  for (const field of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const [from, to] = [was[field], is[field]]
    if (JSON.stringify(from) !== JSON.stringify(to)) changes[field] = Object.freeze({ from, to })
  }
  return Object.freeze(changes)
}

function flat({ enabled, reason, until, settings }: CheckControl): Readonly<Record<string, unknown>> {
  return { enabled, reason, until, ...settings }
}
