import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'

/** A request, as it is put on the wire. */
export interface WireRequest {
  /** @default 'GET' */
  readonly method?: string
  /** As on the request line. */
  readonly path: string
  /** Lines such as `Accept: text/html`, beside `Host` and, for a body, its length. */
  readonly headers?: readonly string[]
  readonly body?: string
  /** Sends the body in chunks of unknown number in place of a length. */
  readonly chunked?: boolean
  /** @default '1.1' */
  readonly version?: '1.0' | '1.1'
}

/** An answer, taken apart and otherwise as it came. */
export interface WireAnswer {
  readonly status: number
  /** By name in lower case. */
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

const patienceMs = 5000

/** A connection whose every byte is ours: no client library stands between, which would tidy things up. */
export class WireConnection {
  readonly socket: Socket
  /** Resolves with all that came once the other side has closed. */
  readonly ended: Promise<Buffer>
  readonly #received: Buffer[] = []

  private constructor(socket: Socket) {
    this.socket = socket
    // A reset is one of the ways to end.
    socket.on('error', () => {})
    socket.on('data', (chunk) => this.#received.push(chunk))
    this.ended = new Promise((resolve) => socket.once('close', () => resolve(Buffer.concat(this.#received))))
  }

  static open(url: string): Promise<WireConnection> {
    const { hostname, port } = new URL(url)
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname)
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new WireConnection(socket))
      })
    })
  }

  send(...requests: readonly WireRequest[]): void {
    this.socket.write(requests.map(onTheWire).join(''))
  }

  /** Waits until the server closes, and takes apart what it sent: as many answers as there were requests. */
  async answers(...requests: readonly WireRequest[]): Promise<readonly WireAnswer[]> {
    try {
      const received = await within(this.ended, 'the server to close the connection')
      return takeApart(
        received,
        requests.map(({ method = 'GET' }) => method),
      )
    } finally {
      this.socket.destroy()
    }
  }
}

/** Asks on a connection of its own, and insists on exactly one answer. */
export async function ask(url: string, request: WireRequest): Promise<WireAnswer> {
  const [answer] = await converse(url, request)
  return answer as WireAnswer
}

/** Asks one after the other on one connection, all at once, and insists on as many answers. */
export async function converse(
  url: string,
  ...requests: readonly WireRequest[]
): Promise<readonly WireAnswer[]> {
  const last = requests.at(-1) as WireRequest
  const all = [...requests.slice(0, -1), { ...last, headers: [...(last.headers ?? []), 'Connection: close'] }]
  const connection = await WireConnection.open(url)
  connection.send(...all)
  return connection.answers(...all)
}

/** Waits, but not for ever: a case that hangs says nothing. */
export async function within<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const failure = new assert.AssertionError({ message: `waited ${patienceMs} ms in vain for ${what}` })
    timer = setTimeout(() => reject(failure), patienceMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function onTheWire({
  method = 'GET',
  path,
  headers = [],
  body,
  chunked,
  version = '1.1',
}: WireRequest): string {
  const lines = [`${method} ${path} HTTP/${version}`, ...(version === '1.1' ? ['Host: 127.0.0.1'] : [])]
  if (chunked) lines.push('Transfer-Encoding: chunked')
  else if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return `${[...lines, ...headers].join('\r\n')}\r\n\r\n${chunked ? inChunks(body ?? '') : (body ?? '')}`
}

function inChunks(body: string): string {
  const half = Math.ceil(body.length / 2)
  const parts = [body.slice(0, half), body.slice(half)].filter((part) => part !== '')
  return `${parts.map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`
}

function takeApart(received: Buffer, methods: readonly string[]): readonly WireAnswer[] {
  const answers: WireAnswer[] = []
  let rest = received
  for (const method of methods) {
    const end = rest.indexOf('\r\n\r\n')
    assert.notEqual(end, -1, `answer ${answers.length + 1} to ${method} did not come whole: ${shown(rest)}`)
    const [line = '', ...fields] = rest.subarray(0, end).toString('latin1').split('\r\n')
    const headers = headersOf(fields)
    rest = rest.subarray(end + 4)
    const status = Number(line.split(' ')[1])
    const { body, taken } = bodyOf(rest, headers, method === 'HEAD' || status === 204 || status === 304)
    answers.push({ status, headers, body: body.toString('utf8') })
    rest = rest.subarray(taken)
  }
  assert.equal(rest.length, 0, `more was sent than the answer: ${shown(rest)}`)
  return answers
}

function headersOf(fields: readonly string[]): { readonly [name: string]: string } {
  const headers: Record<string, string> = {}
  for (const field of fields) {
    const name = field.slice(0, field.indexOf(':')).toLowerCase()
    assert.ok(!(name in headers), `the header ${name} was sent twice`)
    headers[name] = field.slice(field.indexOf(':') + 1).trim()
  }
  return headers
}

function bodyOf(
  rest: Buffer,
  headers: WireAnswer['headers'],
  bare: boolean,
): { readonly body: Buffer; readonly taken: number } {
  if (bare) return { body: Buffer.alloc(0), taken: 0 }
  if (headers['transfer-encoding'] === 'chunked') return chunksOf(rest)
  const length = Number(headers['content-length'] ?? rest.length)
  assert.ok(rest.length >= length, `Content-Length is ${length}, and ${rest.length} bytes of the body came`)
  return { body: rest.subarray(0, length), taken: length }
}

function chunksOf(rest: Buffer): { readonly body: Buffer; readonly taken: number } {
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const end = rest.indexOf('\r\n', at)
    assert.notEqual(end, -1, 'the chunked body was not ended')
    const length = Number.parseInt(rest.subarray(at, end).toString('latin1'), 16)
    at = end + 2 + length + 2
    if (length === 0) return { body: Buffer.concat(chunks), taken: at }
    chunks.push(rest.subarray(end + 2, end + 2 + length))
  }
}

function shown(bytes: Buffer): string {
  return bytes.length === 0 ? 'nothing came' : JSON.stringify(bytes.subarray(0, 300).toString('latin1'))
}
