// @ts-check
import net from 'node:net'

const headEnd = Buffer.from('\r\n\r\n')
const lastChunk = Buffer.from('0\r\n\r\n')

/**
 * One keep-alive HTTP/1.1 connection with one request in flight at a time. It knows just enough of HTTP to be
 * exact about where a response ends, and is light enough not to be what is measured.
 */
export class ProbeConnection {
  /** @type {(status: number) => void} */
  onResponse = () => {}
  /** @type {(error: Error) => void} */
  onFailure = () => {}
  /** @type {Buffer | undefined} */
  #received
  #requests
  #sent = 0
  #socket

  /**
   * @param {number} port
   * @param {string} path
   * @param {readonly string[]} [headers] a further header for each of the requests, which are sent in turn
   */
  constructor(port, path, headers = ['']) {
    const plain = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: */*\r\n`
    this.#requests = headers.map((header) => Buffer.from(`${plain}${header && `${header}\r\n`}\r\n`))
    this.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', (chunk) => this.#receive(chunk))
    this.#socket.on('error', (error) => this.onFailure(error))
    this.#socket.on('close', () => this.onFailure(new Error('The connection was closed')))
  }

  /** @returns {Promise<void>} */
  async connected() {
    if (!this.#socket.connecting) return
    await new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve)
      this.#socket.once('error', reject)
    })
  }

  send() {
    this.#socket.write(/** @type {Buffer} */ (this.#requests[this.#sent++ % this.#requests.length]))
  }

  close() {
    this.onResponse = () => {}
    this.onFailure = () => {}
    this.#socket.destroy()
  }

  /** @param {Buffer} chunk */
  #receive(chunk) {
    const received = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk])
    const end = received.indexOf(headEnd)
    if (end === -1 || !isComplete(received, end)) {
      this.#received = received
      return
    }
    this.#received = undefined
    this.onResponse(Number(received.toString('latin1', 9, 12)))
  }
}

/**
 * @param {Buffer} received
 * @param {number} headLength where the head ends
 */
function isComplete(received, headLength) {
  const head = received.toString('latin1', 0, headLength)
  const bodyLength = received.length - headLength - headEnd.length
  const contentLength = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (contentLength !== null) {
    const expected = Number(contentLength[1])
    if (bodyLength > expected) throw new Error('The response is longer than its Content-Length')
    return bodyLength === expected
  }
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    // No body here has a line break in it, so the empty chunk cannot be mistaken.
    return received.subarray(-lastChunk.length).equals(lastChunk)
  }
  throw new Error(`A response of unknown length: ${head}`)
}
