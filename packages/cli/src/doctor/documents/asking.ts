import type { Command } from './command.ts'
import type { Figure } from './figure.ts'
import type { Edit, Place } from './place.ts'

/**
 * Who acts on the answer: `container` is a container's own check, `balancer` one that chooses where requests go,
 * `monitor` one that tells somebody.
 */
export type Role = 'liveness' | 'readiness' | 'startup' | 'container' | 'balancer' | 'monitor'

export interface HttpQuestion {
  readonly kind: 'http'
  /** With its query. */
  readonly path: string
  readonly port?: number | string
  /** Named when it is not the one that is asked after. */
  readonly host?: string
  readonly place: Place
  changePath?(path: string): readonly Edit[] | undefined
}

export interface GrpcQuestion {
  readonly kind: 'grpc'
  readonly service: string
  readonly port?: number | string
  readonly place: Place
  changeService?(service: string): readonly Edit[] | undefined
}

export interface CommandQuestion {
  readonly kind: 'command'
  readonly command: Command
}

export type Question =
  | HttpQuestion
  | GrpcQuestion
  | CommandQuestion
  | { readonly kind: 'tcp'; readonly port?: number | string }
  | { readonly kind: 'unknown' }

/** One question that a platform asks, whatever the platform: most rules are about these. */
export interface Asking {
  readonly role: Role
  /** `livenessProbe of container app, Deployment orders`. */
  readonly subject: string
  readonly place: Place
  readonly question: Question
  readonly timeout?: Figure
  readonly interval?: Figure
  readonly failures?: Figure
  readonly successes?: Figure
  readonly delay?: Figure
  /** Whether its platform replaces what fails, whatever the question is called there. */
  readonly replaces?: boolean
  /** What its platform does not accept. */
  readonly refuses?: 'timeout-above-interval' | 'timeout-not-below-interval'
  /** By an agent, beside this question: then it is right to ask here whether the instance is alive. */
  readonly readinessIsToldElsewhere?: boolean
  /** What it takes for a good answer, where that is stated: statuses, or a text that has to be in the body. */
  readonly expects?: Expectation
}

export interface Expectation {
  readonly place: Place
  /** As the file says it. */
  readonly stated: string
  /** Undefined when statuses are not looked at, or cannot be read. */
  accepts?(status: number): boolean
  /** What the body has to hold. */
  readonly text?: string
  /** What to write in its place, as its platform says it. */
  readonly instead?: string
  /** What makes 200 accepted too. */
  acceptAlso200?(): readonly Edit[] | undefined
}
