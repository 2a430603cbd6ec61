import type { Clock } from '../core/clock.ts'
import { deadline } from '../core/deadline.ts'
import type { Standing } from './verdict.ts'
import type { WorkerState } from './worker-state.ts'

/** For how long a worker may take to start, and say nothing. */
export interface Patience {
  readonly silentAfterMs: number
  readonly startWithinMs: number
}

/** One worker as the primary sees it. */
export class Member {
  readonly id: string
  /** When it, or those before it that died before they were ready, began to start. */
  readonly startingSince: number
  readonly #clock: Clock
  readonly #silentAfterMs: number
  readonly #changed: () => void
  #cancelStart: () => void
  #cancelSilence: () => void = () => {}
  #state: WorkerState | undefined
  #begun = false
  #overdue = false
  #silent = true
  #leaving = false
  #saysLeaving = false

  constructor(id: string, startingSince: number, clock: Clock, patience: Patience, changed: () => void) {
    this.id = id
    this.startingSince = startingSince
    this.#clock = clock
    this.#silentAfterMs = patience.silentAfterMs
    this.#changed = changed
    const leftMs = Math.max(0, startingSince + patience.startWithinMs - clock.now())
    this.#cancelStart = deadline(clock, leftMs, () => {
      this.#overdue = true
      if (!this.#begun) changed()
    })
  }

  get standing(): Standing {
    if (this.#leaving || this.#saysLeaving) return 'leaving'
    // One that is busy with starting may well be silent meanwhile.
    if (!this.#begun && !this.#overdue) return 'starting'
    return this.#silent ? 'silent' : 'reporting'
  }

  /** What it last told. */
  get state(): WorkerState | undefined {
    return this.#state
  }

  /** Whether it has been ready once. */
  get begun(): boolean {
    return this.#begun
  }

  get silent(): boolean {
    return this.#silent
  }

  /** It has given a sign of life; true when it had been silent. */
  heard(): boolean {
    const wasSilent = this.#silent
    this.#silent = false
    this.#cancelSilence()
    this.#cancelSilence = deadline(this.#clock, this.#silentAfterMs, () => this.fallSilent())
    if (wasSilent) this.#changed()
    return wasSilent
  }

  /** It cannot be heard any more. */
  fallSilent(): void {
    this.#cancelSilence()
    this.#silent = true
    this.#changed()
  }

  told(state: WorkerState): void {
    this.#state = state
    this.#begun ||= state.begun === true
    this.#saysLeaving = state.leaving === true
    this.#changed()
  }

  /** It says that it goes; one that shares its health again later has come back. */
  saysBye(): void {
    this.#saysLeaving = true
    this.#changed()
  }

  /** It goes on purpose, for good. */
  leaves(): void {
    this.#leaving = true
    this.#changed()
  }

  end(): void {
    this.#cancelStart()
    this.#cancelSilence()
  }
}
