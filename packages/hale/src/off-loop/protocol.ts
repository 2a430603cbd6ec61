import type { Logger } from '../core/logger.ts'
import type { Report, Validity } from '../core/report.ts'

/** How the probe thread answers. */
export interface Behaviour {
  /** Options of the handler, all of them plain data. */
  readonly options: object
  readonly blockedAfterMs: number
  readonly maxSnapshotAgeMs: number
}

/** What the probe thread is started with. */
export interface ThreadData extends Behaviour {
  readonly memory: SharedArrayBuffer
  readonly port: number
  readonly host: string | undefined
}

/** What went wrong with listening; an error's own fields do not cross. */
export interface ListenFailure {
  readonly message: string
  readonly code?: string
  readonly errno?: number
  readonly syscall?: string
  readonly address?: string
  readonly port?: number
}

export type FromThread =
  | { readonly kind: 'listening'; readonly url: string; readonly port: number }
  | { readonly kind: 'failed'; readonly failure: ListenFailure }
  /** From now on it answers as it was told last. */
  | { readonly kind: 'reconfigured' }
  /** Is the loop turning? Answered with `pong` at once. */
  | { readonly kind: 'ping' }
  /** Ask the registry; answered with `pong` at once and with `answer` when it has. */
  | { readonly kind: 'ask'; readonly name: string }
  | { readonly kind: 'log'; readonly level: keyof Logger; readonly message: string; readonly details: object }

export type ToThread =
  | { readonly kind: 'pong' }
  | { readonly kind: 'close' }
  | { readonly kind: 'reconfigure'; readonly behaviour: Behaviour }
  | {
      readonly kind: 'answer'
      readonly name: string
      readonly takenAt: number
      readonly report: Report | undefined
      readonly validity: Partial<Validity>
    }
