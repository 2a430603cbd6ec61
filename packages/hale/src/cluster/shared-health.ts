import type { Health, HealthSource } from '../core/health.ts'

/** A worker's health together with that of the others; give it to any adapter. */
export interface SharedHealth extends HealthSource, AsyncDisposable {
  /** True when nothing is heard of the others: outside a cluster, or when the primary is silent or gone. */
  readonly alone: boolean
  /** Tells the others that this worker leaves on purpose, and goes on alone. */
  dispose(): Promise<void>
}

/** What is shared: what `createHealth` returns. */
export type Shareable = HealthSource & Pick<Health, 'draining' | 'on'>
