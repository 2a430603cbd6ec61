// The primitive types of Kafka's protocol. From a certain version on, each API is "flexible": lengths are unsigned
// varints that are one higher than the length, so that 0 is null, and each structure ends with tagged fields.

/** Reads a request. */
export class KafkaReader {
  readonly #bytes: Buffer
  readonly flexible: boolean
  #at: number

  constructor(bytes: Buffer, at: number, flexible: boolean) {
    this.#bytes = bytes
    this.#at = at
    this.flexible = flexible
  }

  int8(): number {
    this.#at += 1
    return this.#bytes.readInt8(this.#at - 1)
  }

  int32(): number {
    this.#at += 4
    return this.#bytes.readInt32BE(this.#at - 4)
  }

  int64(): bigint {
    this.#at += 8
    return this.#bytes.readBigInt64BE(this.#at - 8)
  }

  skip(bytes: number): void {
    this.#at += bytes
  }

  /** Null as an empty text. */
  text(): string {
    return this.#slice(this.flexible ? this.#length() : this.#int16()).toString()
  }

  bytes(): Buffer {
    return this.#slice(this.flexible ? this.#length() : this.int32())
  }

  /** Undefined for null, which often means all there are. */
  array<T>(item: () => T): T[] | undefined {
    const length = this.flexible ? this.#length() : this.int32()
    return length < 0 ? undefined : Array.from({ length }, item)
  }

  /** What ends a structure; none of them is known here. */
  tags(): void {
    if (!this.flexible) return
    for (let left = this.#varint(); left > 0; left--) {
      this.#varint()
      this.#at += this.#varint()
    }
  }

  #int16(): number {
    this.#at += 2
    return this.#bytes.readInt16BE(this.#at - 2)
  }

  #length(): number {
    return this.#varint() - 1
  }

  #varint(): number {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#at++)
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }

  #slice(length: number): Buffer {
    const from = this.#at
    this.#at += Math.max(0, length)
    return this.#bytes.subarray(from, this.#at)
  }
}

/** Writes an answer. */
export class KafkaWriter {
  readonly #parts: Buffer[] = []
  readonly flexible: boolean

  constructor(flexible: boolean) {
    this.flexible = flexible
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#parts)
  }

  int8(value: number): this {
    return this.#add(1, (buffer) => buffer.writeInt8(value))
  }

  int16(value: number): this {
    return this.#add(2, (buffer) => buffer.writeInt16BE(value))
  }

  int32(value: number): this {
    return this.#add(4, (buffer) => buffer.writeInt32BE(value))
  }

  int64(value: number | bigint): this {
    return this.#add(8, (buffer) => buffer.writeBigInt64BE(BigInt(value)))
  }

  raw(bytes: Uint8Array | readonly number[]): this {
    this.#parts.push(Buffer.from(bytes as Uint8Array))
    return this
  }

  text(value: string | null): this {
    const bytes = Buffer.from(value ?? '')
    const length = value === null ? -1 : bytes.length
    return (this.flexible ? this.#varint(length + 1) : this.int16(length)).raw(bytes)
  }

  byteArray(value: Uint8Array): this {
    return (this.flexible ? this.#varint(value.length + 1) : this.int32(value.length)).raw(value)
  }

  /** An array of structures. */
  array<T>(items: readonly T[], item: (value: T) => unknown): this {
    this.#count(items)
    for (const each of items) {
      item(each)
      this.tags()
    }
    return this
  }

  numbers(values: readonly number[]): this {
    this.#count(values)
    for (const value of values) this.int32(value)
    return this
  }

  texts(values: readonly string[]): this {
    this.#count(values)
    for (const value of values) this.text(value)
    return this
  }

  tags(): this {
    return this.flexible ? this.int8(0) : this
  }

  #count({ length }: readonly unknown[]): this {
    return this.flexible ? this.#varint(length + 1) : this.int32(length)
  }

  #varint(value: number): this {
    for (let left = value; ; left >>>= 7) {
      if (left < 0x80) return this.raw([left])
      this.raw([(left & 0x7f) | 0x80])
    }
  }

  #add(size: number, write: (buffer: Buffer) => void): this {
    const buffer = Buffer.alloc(size)
    write(buffer)
    this.#parts.push(buffer)
    return this
  }
}
