import { monotonicMs } from './monotonic.ts'

/** How the main thread is asked. */
export interface MainLink {
  ask(name: string): void
  ping(): void
}

/** How waiting for a refresh ended: with an answer, or because the main loop is busy, or because time was up. */
export type RefreshEnd = 'answered' | 'busy' | 'late'

interface Waiter {
  readonly until: number
  /** Whether to go on waiting for a loop that gives no sign. */
  readonly patient: boolean
  readonly resolve: (end: RefreshEnd) => void
}

// A loop with work to do takes some milliseconds for a turn; a prober has no more than some to give.
const signWithinMs = 8
const tickMs = 3

/**
 * Asks the main loop to refresh reports, once for all who wait for the same one, and lets nobody wait for a loop
 * that does not turn: it must give a sign within milliseconds, at the start and at any time while it is waited for.
 */
export class Refresher {
  readonly #link: MainLink
  readonly #asked = new Set<string>()
  readonly #waiting = new Map<string, Waiter[]>()
  #silentSince: number | undefined
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(link: MainLink) {
    this.#link = link
  }

  /** Asks unless that has been asked already. A patient one waits for its time, whatever the loop does. */
  refresh(name: string, waitMs: number, patient: boolean): RefreshEnd | Promise<RefreshEnd> {
    const now = monotonicMs()
    if (!this.#asked.has(name)) {
      this.#asked.add(name)
      this.#link.ask(name)
      this.#silentSince ??= now
    }
    if (!patient && this.#busy(now)) return 'busy'
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(name) ?? []
      waiters.push({ until: now + waitMs, patient, resolve })
      this.#waiting.set(name, waiters)
      this.#timer ??= setInterval(() => this.#look(), tickMs)
    })
  }

  /** The main loop has given a sign. */
  sign(): void {
    this.#silentSince = undefined
  }

  /** The main loop has answered. */
  answered(name: string): void {
    this.sign()
    this.#asked.delete(name)
    this.#release(name, () => 'answered')
  }

  /** Ends every wait, as for a loop that is busy. */
  giveUp(): void {
    for (const name of [...this.#waiting.keys()]) this.#release(name, () => 'busy')
  }

  #busy(now: number): boolean {
    return this.#silentSince !== undefined && now - this.#silentSince > signWithinMs
  }

  #look(): void {
    const now = monotonicMs()
    const busy = this.#busy(now)
    for (const name of [...this.#waiting.keys()]) {
      this.#release(name, ({ until, patient }) => {
        if (now >= until) return 'late'
        return busy && !patient ? 'busy' : undefined
      })
    }
    if (this.#waiting.size > 0 && this.#silentSince === undefined) {
      this.#silentSince = now
      this.#link.ping()
    }
  }

  #release(name: string, endOf: (waiter: Waiter) => RefreshEnd | undefined): void {
    const left: Waiter[] = []
    for (const waiter of this.#waiting.get(name) ?? []) {
      const end = endOf(waiter)
      if (end === undefined) left.push(waiter)
      else waiter.resolve(end)
    }
    if (left.length > 0) {
      this.#waiting.set(name, left)
      return
    }
    this.#waiting.delete(name)
    if (this.#waiting.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
