import { kindOf, meant, type Problems } from '../errors/problems.ts'
import { isProbe } from './check.ts'
import { type Status, statuses } from './status.ts'

/** How much an answer shows: the aggregate alone, the checks with their texts, or what operators need besides. */
export type Visibility = 'status' | 'components' | 'debug'

/** The visibilities, from the tersest on. */
export const visibilities: readonly Visibility[] = ['status', 'components', 'debug']

/** The one of two that shows less; a level that is not set has no say. */
export function terser(a: Visibility, b: Visibility): Visibility
export function terser(a: Visibility | undefined, b: Visibility | undefined): Visibility | undefined
export function terser(a: Visibility | undefined, b: Visibility | undefined): Visibility | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return visibilities.indexOf(a) <= visibilities.indexOf(b) ? a : b
}

/** Of `budgetMs`: below the kubelet's second. */
export const defaultBudgetMs = 800

/** What may be set for a probe or a group. */
export interface ProbeOptions {
  /**
   * How much an answer shows. When not given, the handler decides.
   * @default undefined
   */
  readonly visibility?: Visibility
  /**
   * HTTP status codes in place of the usual ones (200 for UP and DEGRADED, 503 for the others).
   * @default {}
   */
  readonly statusCodes?: { readonly [S in Status]?: number }
  /**
   * Milliseconds within which it answers, whatever its checks do.
   * @default the budgetMs of createHealth
   */
  readonly budgetMs?: number
}

/** A group of your own. */
export interface GroupOptions<Names extends string = string> extends ProbeOptions {
  /** The checks that belong to it. */
  readonly members: readonly Names[]
}

/** A probe's or group's options after validation. */
export interface GroupSettings extends ProbeOptions {
  readonly members: readonly string[]
  readonly budgetMs: number
}

/** Validates one entry of `groups`; probes take no members, they have them from each check's `probes`. */
export function groupSettings(
  name: string,
  value: unknown,
  checkNames: ReadonlySet<string>,
  budgetMs: number,
  problems: Problems,
): GroupSettings {
  const path = `groups.${name}`
  const ofProbe = isProbe(name)
  const options = problems.object(path, value)
  problems.knownKeys(path, options, ['visibility', 'statusCodes', 'budgetMs', 'members'])
  if (ofProbe && options.members !== undefined) {
    problems.add(`${path}.members`, `the members of a probe come from each check: probes: ['${name}']`)
  }
  const visibility = problems.oneOf(`${path}.visibility`, options.visibility, visibilities)
  return {
    members: ofProbe ? [] : members(`${path}.members`, options.members, checkNames, problems),
    budgetMs: problems.number(`${path}.budgetMs`, options.budgetMs, budgetMs, {
      min: 1,
      unit: 'milliseconds',
    }),
    statusCodes: statusCodes(`${path}.statusCodes`, options.statusCodes, problems),
    ...(visibility !== undefined && { visibility }),
  }
}

function members(
  path: string,
  value: unknown,
  checkNames: ReadonlySet<string>,
  problems: Problems,
): readonly string[] {
  if (!Array.isArray(value)) {
    problems.add(path, `expected a list of check names, got ${kindOf(value)}`)
    return []
  }
  for (const [index, member] of value.entries()) {
    if (typeof member === 'string' && checkNames.has(member)) continue
    problems.add(`${path}[${index}]`, `no check of this name; ${meant(member, [...checkNames])}`)
  }
  return value.filter((member) => checkNames.has(member))
}

function statusCodes(
  path: string,
  value: unknown,
  problems: Problems,
): GroupSettings['statusCodes'] & object {
  const codes = problems.object(path, value)
  problems.knownKeys(path, codes, statuses)
  const valid: { [S in Status]?: number } = {}
  for (const status of statuses) {
    if (codes[status] === undefined) continue
    const code = problems.number(`${path}.${status}`, codes[status], 503, {
      min: 200,
      max: 599,
      integer: true,
    })
    if (code >= 300 && code <= 399) {
      problems.add(
        `${path}.${status}`,
        `a redirect counts as healthy with some and not with others; not ${code}`,
      )
    }
    valid[status] = code
  }
  return valid
}
