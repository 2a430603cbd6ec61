import type { Suppression } from '../suppression.ts'
import type { Asking } from './asking.ts'
import type { HaproxySection } from './haproxy-section.ts'
import type { KubernetesDocument } from './kubernetes-object.ts'
import type { Located } from './located.ts'
import type { NginxUpstream } from './nginx-upstream.ts'
import type { Place } from './place.ts'
import type { SourceFile, Unreadable } from './source-file.ts'

/** What a file as a whole says: what could not be read, and what shall not be said. */
export interface FileDocument {
  readonly kind: 'file'
  readonly file: SourceFile
  readonly unreadable: readonly Unreadable[]
  readonly suppressions: readonly Suppression[]
  readonly askings: readonly []
}

export interface ComposeService {
  readonly name: string
  readonly node: Located
  readonly image: string | undefined
  readonly builds: boolean
  /** Absent: the image decides. */
  readonly healthcheck?: 'own' | 'off'
  readonly dependsOn: readonly {
    readonly name: string
    readonly condition: string | undefined
    readonly place: Place
  }[]
}

export interface ComposeDocument {
  readonly kind: 'compose'
  readonly file: SourceFile
  readonly services: readonly ComposeService[]
  readonly askings: readonly Asking[]
}

export interface DockerfileDocument {
  readonly kind: 'dockerfile'
  readonly file: SourceFile
  readonly askings: readonly Asking[]
}

export interface HaproxyDocument {
  readonly kind: 'haproxy'
  readonly file: SourceFile
  readonly sections: readonly HaproxySection[]
  readonly askings: readonly Asking[]
}

export interface NginxDocument {
  readonly kind: 'nginx'
  readonly file: SourceFile
  readonly upstreams: readonly NginxUpstream[]
  readonly askings: readonly []
}

export interface EnvoyDocument {
  readonly kind: 'envoy'
  readonly file: SourceFile
  readonly healthChecks: readonly { readonly cluster: string; readonly node: Located }[]
  readonly askings: readonly Asking[]
}

export interface EcsHealthCheck {
  readonly container: string
  readonly node: Located
  /** How this kind of file writes a key. */
  named(key: string): string
}

/** A task definition, or a CloudFormation template, which may have target groups too. */
export interface EcsDocument {
  readonly kind: 'ecs'
  readonly file: SourceFile
  readonly healthChecks: readonly EcsHealthCheck[]
  readonly askings: readonly Asking[]
}

export type Document =
  | FileDocument
  | KubernetesDocument
  | ComposeDocument
  | DockerfileDocument
  | HaproxyDocument
  | NginxDocument
  | EnvoyDocument
  | EcsDocument
