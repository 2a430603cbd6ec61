import type { Visibility } from '../core/group-settings.ts'
import type { Report, ServiceInfo } from '../core/report.ts'
import type { Transition } from '../core/transitions.ts'

/** What a format is given beside the report. */
export interface RenderContext {
  readonly service: ServiceInfo
  readonly visibility: Visibility
  /** The newest last; empty below the visibility that may see them. */
  readonly transitions: readonly Transition[]
}

/** One representation of a report. Rendered at most once per report, not once per request. */
export interface Format {
  /** Selected by `?format=` and listed in `formats`. */
  readonly name: string
  /** Matched against `Accept`; parameters follow a semicolon. */
  readonly mediaType: string
  render(report: Report, context: RenderContext): string
  /** Further headers of its answers. */
  readonly headers?: { readonly [name: string]: string }
}
