import { connect, type Socket } from 'node:net'

/** What the gate does to what passes it. */
export type GateState =
  | 'well'
  /** A black hole: connections stay open, new ones are accepted, and nothing passes. */
  | 'silent'
  /** Resets its connections, and new ones at once: a proxy before nobody. */
  | 'cutting'
  /** Resets its connections and does not listen. */
  | 'refusing'
  /** Hands on what the server says only so many milliseconds later. */
  | { readonly slowMs: number }

/** What waits to be handed on, in its order. */
class Lane {
  #waiting: { readonly pass: () => void; readonly timer: NodeJS.Timeout | undefined }[] = []

  /** Hands on at once, after a delay, or when it is told to (`Infinity`). */
  hand(pass: () => void, delayMs: number): void {
    if (delayMs === 0 && this.#waiting.length === 0) {
      pass()
      return
    }
    const timer = delayMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => through(), delayMs)
    const entry = { pass, timer }
    const through = (): void => this.flush(this.#waiting.indexOf(entry) + 1)
    this.#waiting.push(entry)
  }

  /** Hands on the first of those that wait, or all. */
  flush(count = this.#waiting.length): void {
    for (const { pass, timer } of this.#waiting.splice(0, count)) {
      clearTimeout(timer)
      pass()
    }
  }

  clear(): void {
    for (const { timer } of this.#waiting.splice(0)) clearTimeout(timer)
  }
}

/** One connection through a gate. */
export class GatePassage {
  readonly #inner: Socket
  readonly #to: number
  readonly #questions = new Lane()
  readonly #answers = new Lane()
  #outer: Socket | undefined
  #state: GateState

  constructor(inner: Socket, to: number, state: GateState) {
    this.#inner = inner
    this.#to = to
    this.#state = state
    inner.setNoDelay()
    inner.on('data', (chunk) => this.#ask((outer) => outer.write(chunk)))
    inner.on('end', () => this.#ask((outer) => outer.end()))
    inner.on('close', () => {
      this.#questions.clear()
      this.#answers.clear()
      this.#outer?.destroy()
    })
    if (state !== 'silent') this.#begin()
  }

  become(state: GateState): void {
    this.#state = state
    if (state === 'silent' || this.#inner.destroyed) return
    this.#begin()
    this.#questions.flush()
    this.#answers.flush()
  }

  end(how: 'close' | 'reset'): void {
    if (how === 'reset') this.#inner.resetAndDestroy()
    else this.#inner.destroy()
  }

  // Nothing is begun in a black hole: the server hears of the connection when it ends.
  #begin(): void {
    if (this.#outer !== undefined) return
    const outer = connect(this.#to, '127.0.0.1').setNoDelay()
    this.#outer = outer
    outer.on('data', (chunk) => this.#answer(() => this.#inner.write(chunk)))
    outer.on('end', () => this.#answer(() => this.#inner.end()))
    outer.on('error', () => this.#answer(() => this.#inner.resetAndDestroy()))
    outer.on('close', () => this.#answer(() => this.#inner.destroySoon()))
  }

  #ask(pass: (outer: Socket) => void): void {
    const handOn = (): void => {
      if (this.#outer?.writable) pass(this.#outer)
    }
    this.#questions.hand(handOn, this.#state === 'silent' ? Number.POSITIVE_INFINITY : 0)
  }

  #answer(pass: () => void): void {
    const handOn = (): void => {
      if (!this.#inner.destroyed) pass()
    }
    this.#answers.hand(handOn, this.#delayMs())
  }

  #delayMs(): number {
    if (this.#state === 'silent') return Number.POSITIVE_INFINITY
    return typeof this.#state === 'object' ? this.#state.slowMs : 0
  }
}
