import type { Report } from '../../core/report.ts'
import type { Status } from '../../core/status.ts'

/** Where an answer is looked at from, and what is around it: for formats that link (`linked`). */
export interface Place {
  /**
   * From the answer's own URL to beneath the base path, such as `''`, `'../'` or `'./health/'`. Relative, because
   * nobody here knows beneath which path an application or a proxy has mounted all of it.
   */
  readonly root: string
  /** Every probe and group with the status that is known of it. */
  readonly groups: readonly { readonly name: string; readonly status: Status }[]
  /**
   * Given at the base path: what is rendered there is readiness, for a person wants to see the whole, but the answer
   * to the request, its status code included, is liveness.
   */
  readonly liveness?: Report
}

/** The relative URL from `path`, as it was requested of the application, to beneath the base path. */
export function rootFrom(path: string, basePath: string): string {
  const prefix = `${basePath}/`
  if (path.startsWith(prefix)) return '../'.repeat(slashes(path.slice(prefix.length)))
  // The base path itself, and aliases. The dot keeps a colon in the base path from being read as a scheme.
  return `${'../'.repeat(slashes(path) - 1) || './'}${prefix.slice(1)}`
}

function slashes(path: string): number {
  return path.split('/').length - 1
}
