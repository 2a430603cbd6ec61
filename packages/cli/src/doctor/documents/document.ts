import type { Suppression } from '../suppression.ts'
import type { Asking } from './asking.ts'
import type { Figure } from './figure.ts'
import type { KubernetesDocument } from './kubernetes/kubernetes-object.ts'
import type { SystemdUnit } from './machines/systemd-unit.ts'
import type { Place } from './place.ts'
import type { HaproxySection } from './proxies/haproxy-section.ts'
import type { NginxUpstream } from './proxies/nginx-upstream.ts'
import type { SourceFile, Unreadable } from './source-file.ts'
import type { Start } from './start.ts'
import type { Located } from './yaml/located.ts'

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
  /** What the last stage is made of in the end; undefined where a variable decides. */
  readonly base: string | undefined
  /** What is done in the last stage and those that it goes on from, health checks apart. */
  readonly done: string
  readonly starts: readonly Start[]
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
  readonly clusters: readonly Located[]
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
  readonly starts: readonly Start[]
  readonly askings: readonly Asking[]
}

export interface ConsulCheck {
  /** The service that it is of, where it is told. */
  readonly service: string
  readonly node: Located
}

/** Definitions of services, of Consul or Nomad. */
export interface ConsulDocument {
  readonly kind: 'consul'
  readonly file: SourceFile
  readonly checks: readonly ConsulCheck[]
  readonly askings: readonly Asking[]
}

export interface AlertRule {
  readonly name: string
  readonly node: Located
}

/** A query in PromQL, and whose it is. */
export interface Expression {
  readonly subject: string
  readonly node: Located
}

/** Rules by which Prometheus tells somebody, or makes metrics of others. */
export interface AlertsDocument {
  readonly kind: 'alerts'
  readonly file: SourceFile
  readonly alerts: readonly AlertRule[]
  readonly expressions: readonly Expression[]
  /** The names of the metrics that are made there. */
  readonly records: readonly string[]
  readonly askings: readonly []
}

export interface SystemdDocument {
  readonly kind: 'systemd'
  readonly file: SourceFile
  readonly unit: SystemdUnit
  readonly askings: readonly Asking[]
}

/** Of Grafana. */
export interface DashboardDocument {
  readonly kind: 'dashboard'
  readonly file: SourceFile
  readonly expressions: readonly Expression[]
  readonly askings: readonly []
}

/** What somebody else runs, by a file that says how it is asked and ended. */
export interface PlatformDocument {
  readonly kind: 'platform'
  readonly file: SourceFile
  /** How long a deployment waits for a good answer. */
  readonly start?: Figure
  /** How long it has between the signal and the end. */
  readonly stop?: Figure
  readonly askings: readonly Asking[]
}

/** What its questions alone are examined of. */
export interface OtherDocument {
  readonly kind: 'other'
  readonly file: SourceFile
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
  | ConsulDocument
  | AlertsDocument
  | DashboardDocument
  | SystemdDocument
  | PlatformDocument
  | OtherDocument
