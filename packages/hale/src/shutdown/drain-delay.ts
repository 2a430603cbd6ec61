import { isatty } from 'node:tty'

/** What decides whether anybody has to be given time to stop sending. */
export interface DrainCircumstances {
  readonly reason: string
  /** Of each server, whether it accepts connections. */
  readonly listening: readonly (boolean | undefined)[]
  /** How many processes of a cluster take their own time. */
  readonly workers: number
  /** @default whether stdin is one */
  readonly terminal?: boolean
}

/** The milliseconds to go on serving: those set, or none when there is nobody to wait for. */
export function drainDelay(delayMs: number, circumstances: DrainCircumstances): number {
  const { reason, listening, workers, terminal = isatty(0) } = circumstances
  // Ctrl-C: nobody balances load over what runs in a terminal, and who presses it is waiting.
  if (reason === 'SIGINT' && terminal) return 0
  // A start that is cut short: nothing was ever sent here.
  if (listening.length > 0 && listening.every((it) => it === false)) return 0
  if (listening.length === 0 && workers > 0) return 0
  return delayMs
}
