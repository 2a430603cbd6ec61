import type { Asking } from '../asking.ts'
import type { SourceFile } from '../source-file.ts'
import type { Located } from '../yaml/located.ts'

/** One object of a manifest; those of a List each count. */
export interface KubernetesDocument {
  readonly kind: 'kubernetes'
  readonly file: SourceFile
  readonly node: Located
  /** `Deployment`. */
  readonly type: string
  readonly name: string
  readonly namespace: string
  /** `Deployment orders`. */
  readonly subject: string
  readonly pod?: Pod
  readonly askings: readonly Asking[]
}

export interface Pod {
  /** The map that has `containers`. */
  readonly spec: Located
  readonly labels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
  /** The map that has them. */
  readonly annotationsAt: Located | undefined
  readonly containers: readonly Container[]
  /** Ends by itself: a Job. */
  readonly runsOnce: boolean
  /** Undefined when a variable, or an autoscaler, decides. */
  readonly replicas: number | undefined
}

export interface Container {
  readonly name: string
  readonly node: Located
  /** An init container that keeps running. */
  readonly sidecar: boolean
  readonly init: boolean
  readonly ports: readonly { readonly name: string | undefined; readonly number: number | undefined }[]
  readonly probes: readonly ProbeOfContainer[]
}

export const probeKeys = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const
export type ProbeKey = (typeof probeKeys)[number]

export interface ProbeOfContainer {
  readonly key: ProbeKey
  readonly node: Located
  readonly asking: Asking
}

export function probeOf(container: Container, key: ProbeKey): ProbeOfContainer | undefined {
  return container.probes.find((probe) => probe.key === key)
}
