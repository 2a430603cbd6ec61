/** The start of an HTTP/1.1 answer. */
export interface AnswerHead {
  readonly status: number
  /** By name in lower case; several of one name are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>
}

const mostHeadBytes = 32_768
const longestChunkLine = 1024
const endOfHead = '\r\n\r\n'

/**
 * Reads one HTTP/1.1 answer (RFC 9112) from the bytes of a connection that is closed after it. `node:http` does it
 * too, but takes longer to load than a whole probe of a container takes. What it refuses this refuses.
 */
export class AnswerReader {
  readonly #mostBodyBytes: number
  readonly #bodyExpected: boolean
  #head: AnswerHead | undefined
  #pending: Buffer = Buffer.alloc(0)
  #body: Buffer[] = []
  #bodyBytes = 0
  #mode: 'none' | 'length' | 'chunked' | 'until-close' = 'none'
  /** Of the length, or of the chunk with the line that ends it. */
  #left = 0
  #done = false
  /** Whether there was more than is kept. */
  cut = false

  /** An answer to HEAD has no body, whatever its headers say. */
  constructor(mostBodyBytes: number, bodyExpected: boolean) {
    this.#mostBodyBytes = mostBodyBytes
    this.#bodyExpected = bodyExpected
  }

  get head(): AnswerHead | undefined {
    return this.#head
  }

  get done(): boolean {
    return this.#done
  }

  get bodyBytes(): number {
    return this.#bodyBytes
  }

  text(): string {
    return Buffer.concat(this.#body).toString('utf8')
  }

  /** Takes bytes; throws where they are no HTTP. */
  push(bytes: Buffer): void {
    if (this.#done) return
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes])
    while (this.#head === undefined) if (!this.#readHead()) return
    this.#readBody()
  }

  /** The connection was closed; throws when the answer was not whole. */
  close(): void {
    if (this.#done) return
    if (this.#head !== undefined && this.#mode === 'until-close') this.#done = true
    else throw Object.assign(new Error('closed within an answer'), { code: 'UND_ERR_SOCKET' })
  }

  /** Whether a head was read. One of 1xx is not the answer yet. */
  #readHead(): boolean {
    const at = this.#pending.indexOf(endOfHead)
    // Told at once: who speaks another protocol may well leave the connection open.
    if (!'HTTP/1.'.startsWith(this.#pending.toString('latin1', 0, 7))) throw notHttp('start')
    if (at === -1 && this.#pending.length <= mostHeadBytes) return false
    if (at === -1 || at > mostHeadBytes) throw notHttp('head')
    const head = parseHead(this.#pending.toString('latin1', 0, at))
    this.#pending = this.#pending.subarray(at + endOfHead.length)
    if (head.status < 200) return this.#pending.length > 0
    this.#head = head
    this.#choose(head)
    return true
  }

  #choose({ status, headers }: AnswerHead): void {
    const coding = headers.get('transfer-encoding')
    const length = headers.get('content-length')
    if (!this.#bodyExpected || status === 204 || status === 304) this.#mode = 'none'
    else if (coding !== undefined)
      this.#mode = /(^|,)\s*chunked\s*$/i.test(coding) ? 'chunked' : 'until-close'
    else if (length === undefined) this.#mode = 'until-close'
    else if (!/^\d{1,15}$/.test(length)) throw notHttp('length')
    else {
      this.#mode = 'length'
      this.#left = Number(length)
    }
    this.#done = this.#mode === 'none' || (this.#mode === 'length' && this.#left === 0)
  }

  #readBody(): void {
    if (this.#mode === 'chunked') this.#readChunks()
    else if (!this.#done) {
      const bytes = this.#mode === 'length' ? this.#pending.subarray(0, this.#left) : this.#pending
      this.#left -= bytes.length
      this.#keep(bytes)
      if (this.#mode === 'length' && this.#left === 0) this.#done = true
      this.#pending = Buffer.alloc(0)
    }
  }

  #readChunks(): void {
    while (!this.#done && this.#pending.length > 0) {
      if (this.#left === 0) {
        const end = this.#pending.indexOf('\r\n')
        if (end === -1 && this.#pending.length <= longestChunkLine) return
        const [, size] =
          /^([0-9a-f]{1,8})[\t ]*(?:;.*)?$/i.exec(this.#pending.toString('latin1', 0, end)) ?? []
        if (end === -1 || size === undefined) throw notHttp('chunk')
        this.#pending = this.#pending.subarray(end + 2)
        this.#left = Number.parseInt(size, 16) + 2
        // What may follow the last one are trailers, which nobody looks at.
        if (this.#left === 2) this.#done = true
      } else {
        const bytes = this.#pending.subarray(0, this.#left)
        this.#pending = this.#pending.subarray(bytes.length)
        this.#keep(bytes.subarray(0, Math.max(0, this.#left - 2)))
        this.#left -= bytes.length
      }
    }
  }

  #keep(bytes: Buffer): void {
    const room = this.#mostBodyBytes - this.#bodyBytes
    const kept = bytes.length > room ? bytes.subarray(0, room) : bytes
    if (kept.length > 0) this.#body.push(kept)
    this.#bodyBytes += kept.length
    if (bytes.length <= room) return
    this.cut = true
    // Whoever sends without end is not listened to any longer.
    this.#done = true
  }
}

function parseHead(text: string): AnswerHead {
  const [start = '', ...lines] = text.split('\r\n')
  const status = /^HTTP\/1\.[01] ([1-9]\d\d)(?: .*)?$/.exec(start)?.[1]
  if (status === undefined) throw notHttp('start')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([^\r\n\0]*?)[\t ]*$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw notHttp('header')
    const key = name.toLowerCase()
    const before = headers.get(key)
    if (key === 'content-length' && before !== undefined && before !== value) throw notHttp('length')
    headers.set(key, before === undefined || key === 'content-length' ? value : `${before}, ${value}`)
  }
  return { status: Number(status), headers }
}

function notHttp(what: string): Error {
  return Object.assign(new Error(`not HTTP: ${what}`), { code: 'HPE_INVALID' })
}
