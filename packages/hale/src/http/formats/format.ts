import type { Visibility } from '../../core/group-settings.ts'
import type { Report, ServiceInfo } from '../../core/report.ts'
import type { Transition } from '../../core/transitions.ts'
import type { Place } from './place.ts'

/** What a format is given beside the report. */
export interface RenderContext {
  readonly service: ServiceInfo
  readonly visibility: Visibility
  /** The newest last, without those of checks that the report has not; empty below the visibility that may see them. */
  readonly transitions: readonly Transition[]
  /** The names of all probes and groups; empty below the visibility that may see them. */
  readonly groups: readonly string[]
  /** For formats that are `linked`. */
  readonly place?: Place
}

/**
 * One representation of a report. Rendered at most once per report, not once per request, so it may depend on nothing
 * but what it is given.
 *
 * @example
 * ```ts
 * import { createHandler, type Format } from 'hale/http'
 *
 * const csv: Format = {
 *   name: 'csv',
 *   mediaType: 'text/csv; charset=utf-8',
 *   render: ({ checks }, { visibility }) =>
 *     visibility === 'status' ? '' : Object.values(checks).map(({ name, status }) => `${name},${status}\r\n`).join(''),
 * }
 * createHandler(health, { formats: ['json', csv] })
 * ```
 */
export interface Format {
  /** Selected by `?format=` and listed in `formats`. */
  readonly name: string
  /** Matched against `Accept`; parameters follow a semicolon. */
  readonly mediaType: string
  render(report: Report, context: RenderContext): string
  /**
   * Whether it links to other endpoints: it is then given the place that it is looked at from, and rendered once per
   * report for each, of which there are a handful. At the base path it is given readiness and liveness together.
   * @default false
   */
  readonly linked?: boolean
  /** Further headers of its answers. */
  readonly headers?: { readonly [name: string]: string }
  /**
   * The HTTP status of every answer, for readers to whom an error is no answer at all.
   * @default that of the report: 200 when healthy, else 503
   */
  readonly statusCode?: number
  /**
   * Shows what is known and runs no check, as befits a scrape.
   * @default false
   */
  readonly passive?: boolean
  /**
   * At the base path shows every probe's checks and the worst of their statuses, not liveness; for formats whose
   * readers expect that there.
   * @default false
   */
  readonly whole?: boolean
  /** What `?verbose` gets in its place, under the same media type. */
  readonly verbose?: Format
}
