/** What the main loop says of itself with each beat. */
export interface LoopFigures {
  /** The worst delay of a timer in the last second, in milliseconds. */
  readonly delayMs: number
  /** The share of the last second that the loop was busy, between 0 and 1. */
  readonly utilization: number
}

/** How long a state may be, as UTF-8. There are two places for one; pages that were never written take no memory. */
export const mostStateBytes = 512 * 1024

const headerBytes = 64
// Fields of the header: 32-bit words, and the beat as a 64-bit one.
const sequenceAt = 0
const lengthAt = 1
const delayAt = 3
const utilizationAt = 4
const beatAt = 4

/**
 * Memory that the main thread writes and the probe thread reads, without either ever waiting for the other: a main
 * thread that is stuck, even in the midst of writing, must not stop a probe.
 *
 * States are written to two places in turn. The sequence number is odd during a write and counts completed writes
 * by two, so a reader copies the last completed one and then sees from the number whether its place has been written
 * to meanwhile. Read-modify-write operations guard it, since plain memory may be read and written out of order.
 */
export class SharedMemory {
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #beat: BigInt64Array
  readonly #places: readonly [Buffer, Buffer]

  constructor(buffer = new SharedArrayBuffer(headerBytes + 2 * mostStateBytes)) {
    const bytes = (buffer.byteLength - headerBytes) / 2
    this.buffer = buffer
    this.#words = new Int32Array(buffer, 0, 8)
    this.#beat = new BigInt64Array(buffer, 0, 8)
    this.#places = [Buffer.from(buffer, headerBytes, bytes), Buffer.from(buffer, headerBytes + bytes, bytes)]
  }

  /** Changes with every state that is written. */
  get sequence(): number {
    return Atomics.load(this.#words, sequenceAt) & ~1
  }

  /** Writes a state; false, with nothing done, when it is too long. One thread writes. */
  write(text: string): boolean {
    const length = Buffer.byteLength(text)
    const index = placeAfter(Atomics.load(this.#words, sequenceAt))
    const place = this.#places[index]
    if (length > place.length) return false
    Atomics.add(this.#words, sequenceAt, 1)
    place.write(text, 'utf8')
    Atomics.store(this.#words, lengthAt + index, length)
    Atomics.add(this.#words, sequenceAt, 1)
    return true
  }

  /** The last state that was written, whole; undefined when none was, or when writes come too fast to keep up. */
  read(): { readonly sequence: number; readonly text: string } | undefined {
    for (let attempt = 0; attempt < 10; attempt++) {
      const sequence = this.sequence
      if (sequence === 0) return undefined
      const index = placeOf(sequence)
      const place = this.#places[index]
      const length = Math.min(Atomics.load(this.#words, lengthAt + index), place.length)
      const copy = Buffer.allocUnsafe(length)
      place.copy(copy, 0, 0, length)
      const since = (Atomics.add(this.#words, sequenceAt, 0) - sequence) | 0
      // One more write goes to the other place; the second comes to this one.
      if (since <= 2) return { sequence, text: copy.toString('utf8') }
    }
    return undefined
  }

  /** The main loop is turning. */
  beat(atMs: number): void {
    Atomics.store(this.#beat, beatAt, BigInt(Math.round(atMs * 1000)))
  }

  get lastBeatMs(): number {
    return Number(Atomics.load(this.#beat, beatAt)) / 1000
  }

  set figures({ delayMs, utilization }: LoopFigures) {
    Atomics.store(this.#words, delayAt, Math.min(Math.round(delayMs * 1000), 2 ** 31 - 1))
    Atomics.store(this.#words, utilizationAt, Math.round(utilization * 10_000))
  }

  get figures(): LoopFigures {
    return {
      delayMs: Atomics.load(this.#words, delayAt) / 1000,
      utilization: Atomics.load(this.#words, utilizationAt) / 10_000,
    }
  }
}

function placeOf(sequence: number): 0 | 1 {
  return ((sequence >>> 1) & 1) as 0 | 1
}

function placeAfter(sequence: number): 0 | 1 {
  return (1 - placeOf(sequence)) as 0 | 1
}
