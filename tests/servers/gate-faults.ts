import type { TcpGate } from './tcp-gate.ts'

/** Any of the texts of a connection that is no more. */
export const connectionLost = /^connection (refused|closed|reset|failed)$/

/** The check under contract, and what it shows. */
export interface GateFaultOptions {
  readonly timeoutMs: number
  /** What is shown of a dependency that does not answer. @default 'timed out' at the beginning */
  readonly silent?: RegExp
  /** What is shown of connections that are reset. @default connectionLost */
  readonly cut?: RegExp
}

/** Faults of a network, for `checkContract({ faults: { …, ...gateFaults(() => gate, { timeoutMs }) } })`. */
export function gateFaults(gate: () => TcpGate, { timeoutMs, silent, cut }: GateFaultOptions) {
  const heal = () => gate().become('well')
  const late = { status: 'DOWN', text: silent ?? /^timed out/ } as const
  return {
    'a black-holed port': { inject: () => gate().become('silent'), heal, expect: late },
    // So late that whoever cannot be called back hangs for all of the fault, rather than for each of its runs.
    'a slow answer': { inject: () => gate().become({ slowMs: timeoutMs * 4 }), heal, expect: late },
    'an answer just in time': {
      inject: () => gate().become({ slowMs: timeoutMs / 6 }),
      heal,
      expect: { status: 'UP' },
    },
    'cut connections': {
      inject: () => gate().become('cutting'),
      heal,
      expect: { status: 'DOWN', text: cut ?? connectionLost },
    },
  } as const
}
