/** A question that the platform asks. */
export interface ProbeProfile {
  readonly path: string
  /** Milliseconds that an answer takes at the longest. */
  readonly budgetMs: number
}

export interface CheckProfile {
  readonly name: string
  /** Whether its failure makes its probes fail. */
  readonly critical: boolean
  readonly timeoutMs: number
  readonly probes: readonly ('liveness' | 'readiness' | 'startup')[]
  /** The file's word for what it asks, such as `postgres`. */
  readonly type?: string
}

/** By the means of asking; absent for what others reach. */
export interface LocalOnly {
  readonly http?: string
  readonly grpc?: string
  readonly agent?: string
}

/** What is known of a service by whoever configures, or examines, what asks it. */
export interface ServiceProfile {
  /** A DNS label (RFC 1123), made from the service's name. */
  readonly name: string
  readonly version?: string
  readonly image?: string
  /** Where others reach it, when that is known: a name or an address. */
  readonly host?: string
  /** Where the probes are answered. */
  readonly port: number
  /** Where the service itself answers, when that is another port. */
  readonly servicePort?: number
  /** Whether the probes are answered over TLS. */
  readonly tls: boolean
  readonly liveness: ProbeProfile
  readonly readiness: ProbeProfile
  readonly startup: ProbeProfile
  readonly metricsPath?: string
  /** Where the metrics are answered, when that is another port than the probes'. */
  readonly metricsPort?: number
  readonly grpcPort?: number
  /** Of HAProxy's agent-check. */
  readonly agentPort?: number
  /** The setting by which each of these listens on the own machine alone, such as `serve.host 127.0.0.1`. */
  readonly localOnly?: LocalOnly
  readonly replicas: number
  /** Milliseconds until it has started, at the longest. */
  readonly startupMs: number
  /** Milliseconds for which it goes on serving after the signal to end, so that balancers have time to leave it. */
  readonly drainDelayMs: number
  /** Whether the service does that by itself, as `gracefulShutdown` makes it; else the platform has to. */
  readonly drainsItself: boolean
  /** Milliseconds that a request takes at the longest. */
  readonly inFlightMs: number
  readonly checks: readonly CheckProfile[]
}
