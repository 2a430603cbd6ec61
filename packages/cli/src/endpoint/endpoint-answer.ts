import type { Status } from 'hale'

/** The kinds of answer that are understood; `plain` is any other, of which only the HTTP status is read. */
export type EndpointKind = 'hale' | 'actuator' | 'health-json' | 'microprofile' | 'kubernetes' | 'plain'

/** One check of an endpoint, as far as the endpoint tells. Texts are safe to write to a terminal. */
export interface EndpointCheck {
  /** Those within a component of Actuator's as `outer.inner`. */
  readonly name: string
  readonly status: Status
  readonly message?: string
  readonly durationMs?: number
  /** Milliseconds since the epoch. */
  readonly since?: number
  /** Whether it decides alone; absent where the format does not tell. */
  readonly critical?: boolean
  readonly impact?: string
}

/** What the body of an endpoint says. */
export interface EndpointBody {
  readonly kind: EndpointKind
  /** Absent where only the HTTP status tells. */
  readonly status?: Status
  readonly service?: string
  readonly version?: string
  /** What the service says of itself, rather than of a check: that it starts or drains. */
  readonly message?: string
  readonly checks: readonly EndpointCheck[]
}

/** One time that an endpoint was asked. */
export type EndpointReading = EndpointAnswer | EndpointFailure

export interface EndpointAnswer extends Omit<EndpointBody, 'status'> {
  readonly answered: true
  readonly status: Status
  readonly httpStatus: number
  readonly durationMs: number
}

/** Nothing came that could be read: the address, the network, TLS, or its time is at fault. */
export interface EndpointFailure {
  readonly answered: false
  readonly status: 'DOWN'
  /** From a fixed vocabulary: `connection refused`, `timed out after 5 s`. */
  readonly message: string
  readonly durationMs: number
}
