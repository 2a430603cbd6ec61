import type { ServiceProfile } from '../profile/service-profile.ts'

/** Of what kind a text is: decides how comments are written in it, and so where the marker of its origin goes. */
export type Language =
  | 'yaml'
  | 'json'
  | 'hcl'
  | 'bicep'
  | 'ini'
  | 'dockerfile'
  | 'haproxy'
  | 'nginx'
  | 'caddyfile'
  | 'vcl'
  | 'conf'

export interface GeneratedFile {
  /** Below the folder of `--out`, with `/`; the name its platform's users expect. */
  readonly path: string
  /** Whole, ending in one line feed, without any marker of its origin: who writes it adds that. */
  readonly text: string
  readonly language: Language
}

/** By what means a platform asks. */
export type Asking = 'http' | 'grpc' | 'exec' | 'agent'

export type ProbeName = 'liveness' | 'readiness' | 'startup'

/** What the user chose about the text, beside the service itself. Absent: the target's own choice. */
export interface TargetOptions {
  /** One of the target's `forms`. */
  readonly form?: string
  /** One of the target's `asks`. */
  readonly ask?: Asking
  /** The probe to be asked, where the platform asks only one. */
  readonly probe?: ProbeName
  /** `host:port` of each instance, for what balances over a fixed list. */
  readonly instances?: readonly string[]
  /** Absolute path of the authority's certificate, where the platform's own authorities are not meant. */
  readonly caFile?: string
  /** Who answers for an application that has no endpoint. */
  readonly sidecar?: Sidecar
}

/** `hale serve` in a container of its own beside the application's. */
export interface Sidecar {
  /** Absent: a place to put it. */
  readonly image?: string
}

/**
 * Something that is configured to ask a service about its health. `forms` and `asks` say what of the options it
 * understands, the first of each is what it does unasked; whatever is not listed is refused before `files` is called.
 */
export interface Target {
  /** What is typed after `hale generate`. */
  readonly name: string
  /** One line for the list. */
  readonly summary: string
  /** Under which heading of the list. */
  readonly kind: 'platform' | 'cloud' | 'mesh' | 'proxy' | 'monitoring'
  /** Ways to write the same, such as `manifest` and `kustomize`. */
  readonly forms?: readonly string[]
  readonly asks?: readonly Asking[]
  /** Whether `--probe` has a meaning. */
  readonly choosesProbe?: true
  /** Whether `--instance` has a meaning. */
  readonly takesInstances?: true
  /** Whether `--trusted-ca` has a meaning: it verifies the certificates of instances. */
  readonly takesCaFile?: true
  /** Whether `--sidecar` has a meaning: it writes containers. */
  readonly takesSidecar?: true
  /** Whether whoever it configures asks on the service's own machine, or asks nobody; by `exec` that goes without saying. */
  readonly asksOnSameMachine?: true
  /** @throws UsageError when the profile lacks something that this needs, naming the flag that gives it. */
  files(profile: ServiceProfile, options: TargetOptions): readonly GeneratedFile[]
}
