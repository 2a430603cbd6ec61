import type { ProbeName, Visibility } from 'hale'
import type { FormatName } from 'hale/http'

/**
 * What hale.yaml says, valid and resolved: `${ENV}` is replaced, secrets are read from their files. The shape is that
 * of the file, so that whoever knows the one knows the other; nothing has its default filled in.
 */
export interface Definition {
  readonly service: ServiceDefinition
  readonly checks: { readonly [name: string]: CheckEntry }
  /** Groups of the user's own, and settings of the probes under their names. */
  readonly groups: { readonly [name: string]: GroupEntry }
  /** Milliseconds within which a probe answers; 800 when absent. */
  readonly budgetMs?: number
  readonly serve: ServeDefinition
  readonly deploy: DeployDefinition
}

/** Who it is about. */
export interface ServiceDefinition {
  readonly name?: string
  readonly version?: string
}

/** One check: its type, what it asks, the options of its type, and those of every check. */
export interface CheckEntry {
  /** A name of `checkTypes`, such as `postgres`. */
  readonly type: string
  /** 500 when absent. */
  readonly timeoutMs?: number
  /** True when absent. */
  readonly critical?: boolean
  /** `['readiness']` when absent. */
  readonly probes?: readonly ProbeName[]
  readonly enabled?: boolean
  readonly intervalMs?: number
  /** Whatever else the type and every check take, by the names of the file. */
  readonly [option: string]: unknown
}

/** A group, or what is set for a probe. */
export interface GroupEntry {
  readonly members?: readonly string[]
  readonly visibility?: Visibility
  readonly statusCodes?: { readonly [status: string]: number }
  readonly budgetMs?: number
}

/** How `hale serve` answers. */
export interface ServeDefinition {
  /** 9400 when absent. */
  readonly port?: number
  /** Every address when absent. */
  readonly host?: string
  /** Serves `port` over TLS: PEM. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** `/health` when absent. */
  readonly basePath?: string
  readonly aliases?: boolean
  readonly visibility?: Visibility
  /** Shows more to who sends it. */
  readonly token?: string | { readonly value: string; readonly visibility: Visibility }
  readonly detailsAs?: 'object' | 'list'
  readonly formats?: readonly FormatName[]
  readonly rateLimit?: { readonly perSecond: number; readonly burst?: number }
  readonly admin?: { readonly token: string | { readonly [operator: string]: string } }
  readonly metrics?: boolean
  readonly actuator?: boolean
  readonly envoy?: boolean
  readonly serverTiming?: boolean
  readonly openapi?: boolean
  readonly grpc?: GrpcDefinition
  readonly haproxyAgent?: HaproxyAgentDefinition
  /** With a port of its own the probes are served twice: there off the loop, and on `serve.port` with all the rest. */
  readonly offLoop?: boolean | OffLoopDefinition
}

/** The port of grpc.health.v1. */
export interface GrpcDefinition {
  readonly port: number
  readonly host?: string
  /** With the certificate of `serve.tls`; without it in the clear, as a kubelet asks. */
  readonly tls?: boolean
}

/** The port that HAProxy's agent-check asks. */
export interface HaproxyAgentDefinition {
  readonly port: number
  readonly host?: string
  /** Percent of the configured weight; 100 and 50 when absent. */
  readonly weights?: { readonly up?: number; readonly degraded?: number }
  /** The probe or group that is told of; readiness when absent. */
  readonly group?: string
}

/** The probes' own thread. */
export interface OffLoopDefinition {
  /** `serve.port` when absent. */
  readonly port?: number
  readonly blockedAfterMs?: number
  readonly maxSnapshotAgeMs?: number
}

/** What `hale generate` and `hale doctor` want to know of the deployment; `hale serve` takes `drainDelayMs` from it. */
export interface DeployDefinition {
  readonly image?: string
  readonly replicas?: number
  readonly servicePort?: number
  readonly startupMs?: number
  readonly drainDelayMs?: number
  readonly inFlightMs?: number
}

/** What is wrong with the file, and where. Never holds a value of the file or of the environment. */
export interface DefinitionProblem {
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  /** Such as `checks.database.url`; empty for the file as a whole. */
  readonly path: string
  readonly text: string
  /** How to mend it. */
  readonly hint?: string
}

/** What `loadDefinition` found. */
export interface LoadedDefinition {
  /** Absent when there are problems. */
  readonly definition?: Definition
  /** In the order of the file. */
  readonly problems: readonly DefinitionProblem[]
}

/** How `loadDefinition` reads. */
export interface LoadOptions {
  /** Where `${NAME}` is looked up. */
  readonly env: { readonly [name: string]: string | undefined }
  /**
   * What becomes of variables that are not set and of secrets' files: a problem, or nothing, for who wants to know
   * what the file says and not to reach anything; texts then keep their `${NAME}`, and a secret is `''`.
   * @default 'problem'
   */
  readonly unresolved?: 'problem' | 'leave'
  /**
   * Whether pipes and devices are read too. Who reads again would wait for a writer that never comes.
   * @default true
   */
  readonly pipes?: boolean
}
