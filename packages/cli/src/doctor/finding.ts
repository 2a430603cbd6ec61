import type { Document } from './documents/document.ts'
import type { Edit, Place } from './documents/place.ts'
import type { KnownService } from './known-service.ts'

/** In rising order. */
export const severities = ['info', 'warning', 'error'] as const
export type Severity = (typeof severities)[number]

export function isAtLeast(severity: Severity, level: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(level)
}

/** What a rule has seen. */
export interface Finding {
  readonly place: Place
  /** One sentence about this file, naming the thing. */
  readonly what: string
  /** The figures it was concluded from. */
  readonly evidence: readonly string[]
  /** What to write instead. */
  readonly fix: string
  /** Where it differs from that of the rule: what was assumed weighs less than what is known. */
  readonly severity?: Severity
  /** Present when a program may do it. */
  readonly edits?: readonly Edit[] | undefined
}

/** What rules may look at besides the one document. */
export interface Context {
  readonly service: KnownService
  /** Of all files: what selects a pod may stand elsewhere. */
  readonly documents: readonly Document[]
  /** Of all rules. */
  readonly ruleIds: ReadonlySet<string>
}

export interface Rule {
  /** Kebab-case; its page is docs/cli/rules/<id>.md. */
  readonly id: string
  readonly severity: Severity
  readonly title: string
  /** What happens when nobody mends it. */
  readonly why: string
  examine(document: Document, context: Context): readonly Finding[]
}

/** A finding with the rule that has made it, and its file. */
export interface Reported {
  readonly rule: Rule
  readonly severity: Severity
  readonly path: string
  readonly text: string
  readonly finding: Finding
  /** The reason that was given for not reporting it. */
  readonly suppressed?: string
}
