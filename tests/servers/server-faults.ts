import { connectionLost } from './gate-faults.ts'

/** What a test may do to a server, whether it is a process or was written for the test. */
export interface FaultyServer {
  stop(): void
  cont(): void
  kill(): Promise<void>
  restart(): Promise<void>
}

export interface ServerFaultOptions {
  /** What is shown of a server that is frozen. @default 'timed out', whatever did */
  readonly frozen?: string | RegExp
  /** What is shown of one that was killed. @default connectionLost */
  readonly killed?: string | RegExp
  /** What the test has to do anew once the server has been started again. */
  readonly restarted?: () => unknown
}

/** Faults of a server, for `checkContract({ faults: { …, ...serverFaults(() => server) } })`. */
export function serverFaults(
  server: () => FaultyServer,
  { frozen = /timed out/, killed = connectionLost, restarted }: ServerFaultOptions = {},
) {
  return {
    'a frozen server': {
      inject: () => server().stop(),
      heal: () => server().cont(),
      expect: { text: frozen },
    },
    'a killed server': {
      inject: () => server().kill(),
      heal: async () => {
        await server().restart()
        await restarted?.()
      },
      expect: { text: killed },
    },
  } as const
}
