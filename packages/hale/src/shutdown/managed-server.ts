import type { OpenThing } from './open-thing.ts'

/** A server on its way out, whatever it is made of. Nothing here throws or rejects. */
export interface ManagedServer {
  /** Whether it accepts connections now; undefined when that cannot be known. */
  readonly listening: boolean | undefined
  /** The way out begins: goes on serving, and tells clients not to come back on the same connection. */
  drain(): void
  /** Accepts nothing more; resolves when all that was asked has been answered. */
  stop(): Promise<void>
  /** Once every server has stopped: closes what is left, such as an application's own parts and upgraded sockets. */
  close(): Promise<void>
  open(): readonly OpenThing[]
  /** Ends by force whatever is open. */
  cut(): void
  /** Takes away everything that was put on the server. */
  release(): void
}

/** What managed servers share. */
export interface Surroundings {
  readonly now: () => number
  readonly after: (delayMs: number, callback: () => void) => () => void
  /** How long upgraded sockets may take to end by themselves. */
  readonly upgradedTimeoutMs: number
  /** Those that begin a shutdown. */
  readonly signals: readonly NodeJS.Signals[]
  /** Says that something of a server's failed. */
  readonly complain: (message: string, error: unknown) => void
}

/** Resolves whatever the outcome; a failure is told. */
export async function settled(what: string, surroundings: Surroundings, work: () => unknown): Promise<void> {
  try {
    await work()
  } catch (error) {
    surroundings.complain(`${what} could not be closed in good order`, error)
  }
}
