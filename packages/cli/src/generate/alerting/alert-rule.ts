export type Severity = 'critical' | 'warning' | 'info'

export interface Labels {
  readonly [name: string]: string
}

/** Samples of a series, one a scrape. */
export interface Series {
  readonly metric: string
  readonly labels: Labels
  /** One value for as long as it takes, or those that follow each other. */
  readonly values: number | readonly number[]
}

/** An alert, with what it takes to see that it fires. */
export interface AlertRule {
  readonly name: string
  readonly expr: string
  /** Milliseconds for which it has to be so. */
  readonly forMs: number
  readonly severity: Severity
  /** For who is woken by it; `{{ $labels.x }}` of the labels that `expr` leaves. */
  readonly summary: string
  readonly description: string
  /** Why these figures. */
  readonly reason: string
  /** Series on which it fires, and the labels that it then has beside its severity. */
  readonly fires: { readonly on: readonly Series[]; readonly with: Labels }
  /** Series that look like it, on which it must not. */
  readonly silent?: readonly Series[]
}
