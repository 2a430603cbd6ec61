import type { FailedHook, HookContext, ShutdownHook } from './hooks.ts'
import type { StoppableServer } from './manage-server.ts'
import type { OpenThing } from './open-thing.ts'

/** Options of `gracefulShutdown`. */
export interface ShutdownOptions {
  /**
   * What takes requests: servers of `node:http`, `https`, `http2` and `net`, Fastify and Nest applications, gRPC and
   * WebSocket servers, anything with a `close()`. One that `serveHealth` made counts as one of `healthServers`.
   * @default []
   */
  readonly servers?: readonly StoppableServer[]
  /**
   * What answers probes only: stays open until everything else has ended.
   * @default []
   */
  readonly healthServers?: readonly { close(...args: never[]): unknown }[]
  /**
   * Milliseconds for which requests are still accepted while readiness says 503, so that load balancers have time to
   * see it, and Kubernetes to take the endpoint out everywhere. Left out on Ctrl-C in a terminal, and when the signal
   * comes before any server listens: then nobody sends anything.
   * @default 5000
   */
  readonly drainDelayMs?: number
  /**
   * Milliseconds from the signal until the process ends whatever is open, the drain delay included. Stay below the
   * grace period of the platform (30 s on Kubernetes), after which it kills. When there is something to close after
   * the requests, a tenth of it, at most 1 s, is kept for that.
   * @default 25000
   */
  readonly timeoutMs?: number
  /**
   * Milliseconds that WebSockets, CONNECT tunnels and other upgraded sockets have to end after the last request.
   * @default 5000
   */
  readonly upgradedTimeoutMs?: number
  /**
   * The signals that begin the shutdown; `[]` installs none.
   * @default ['SIGTERM', 'SIGINT']
   */
  readonly signals?: readonly NodeJS.Signals[]
  /**
   * Whether a parent process may begin it too: by sending `'shutdown'` or `{ type: 'shutdown' }` over IPC, as PM2
   * does, or by going away. Listening keeps the channel, and with it the process, open until then.
   * @default false
   */
  readonly parent?: boolean
  /**
   * Run in their order; functions run after the last request.
   * @default []
   */
  readonly hooks?: readonly (ShutdownHook | ((context: HookContext) => unknown))[]
  /**
   * Whether the process exits at the end, or who makes it exit. With `false` the application owns the exit: nothing
   * here calls `process.exit`, and `done` resolves with what happened.
   * @default true
   */
  readonly exit?: boolean | ((code: number) => unknown)
}

/** How a shutdown went. */
export interface ShutdownResult {
  /** The signal, or what `shutdown(reason)` was given. */
  readonly reason: string
  /** 0 well; 1 something was cut off at the deadline, or a worker failed; 128 + n a second signal came. */
  readonly code: number
  /** What was cut off. */
  readonly open: readonly OpenThing[]
  /** The hooks that threw or took too long, in their order. */
  readonly failedHooks: readonly FailedHook[]
  /** Milliseconds spent in each phase. */
  readonly durations: {
    readonly drainingMs: number
    readonly stoppingMs: number
    readonly closingMs: number
    readonly totalMs: number
  }
}
