import type { CheckRequest } from './messages.ts'
import type { ServingStatus } from './serving-status.ts'

/** A server-streaming call of `@grpc/grpc-js`, as far as it is needed. */
export interface WatchCall {
  readonly request: CheckRequest
  readonly cancelled: boolean
  write(message: ServingStatus, written: () => void): unknown
  end(): unknown
  /** `'cancelled'` comes however the call ends. */
  on(event: 'cancelled', listener: () => void): unknown
  emit(event: 'error', error: GrpcStatus): unknown
}

/** How a call fails. */
export interface GrpcStatus {
  readonly code: number
  readonly details: string
}

/**
 * One open Watch: sends a status when it is another one than the last. At most one message is on its way; a client
 * that does not read gets, when it does again, the status of then and none of those between.
 */
export class WatchStream {
  readonly #call: WatchCall
  #sent: ServingStatus | undefined
  #wanted: ServingStatus | undefined
  #writing = false
  #over = false

  constructor(call: WatchCall, ended: (stream: WatchStream) => void) {
    this.#call = call
    call.on('cancelled', () => {
      this.#over = true
      ended(this)
    })
  }

  tell(status: ServingStatus): void {
    this.#wanted = status
    this.#send()
  }

  /** Ends it with OK, after the last status: clients then ask again, of another server if they can. */
  end(last?: ServingStatus): void {
    if (this.#over) return
    // What the client has not taken yet is in line before it.
    this.#writing = false
    if (last !== undefined) this.tell(last)
    this.#over = true
    this.#call.end()
  }

  #send(): void {
    if (this.#over || this.#writing || this.#wanted === undefined || this.#wanted === this.#sent) return
    this.#sent = this.#wanted
    this.#writing = true
    this.#call.write(this.#wanted, () => {
      this.#writing = false
      this.#send()
    })
  }
}
