import type { Place } from '../place.ts'

export interface NginxWord {
  readonly text: string
  readonly place: Place
}

/** A directive, with what stands in its braces. */
export interface NginxDirective {
  readonly name: string
  readonly args: readonly NginxWord[]
  /** Of its name and arguments. */
  readonly place: Place
  readonly block?: readonly NginxDirective[]
}

export interface NginxServer {
  readonly address: string
  readonly place: Place
  /** `max_fails=3`, `backup`, each as written. */
  readonly parameters: readonly NginxWord[]
}

export interface NginxUpstream {
  readonly name: string
  readonly place: Place
  readonly servers: readonly NginxServer[]
  /** Whether NGINX Plus asks by itself. */
  readonly asked: boolean
}
