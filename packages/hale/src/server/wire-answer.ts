import type { HealthResponse } from '../http/exchange.ts'

// Not imported, for the reason that probe-server.ts gives.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

/** How Node's own server would go on with the connection. */
export interface ConnectionTerms {
  readonly keepAliveTimeout: number
}

interface Kept {
  readonly second: number
  readonly keepAlive: Buffer
  readonly close: Buffer
}

/** Answers as bytes, those that Node's own server would send. Each is made once a second, for its `Date`. */
export class WireAnswers {
  readonly #terms: ConnectionTerms
  readonly #kept = new WeakMap<HealthResponse, Kept>()

  constructor(terms: ConnectionTerms) {
    this.#terms = terms
  }

  /** `last` for the connection's last answer. */
  bytes(response: HealthResponse, last: boolean): Buffer {
    const second = Math.floor(Date.now() / 1000)
    let kept = this.#kept.get(response)
    if (kept === undefined || kept.second !== second) {
      kept = this.#make(response, second)
      this.#kept.set(response, kept)
    }
    return last ? kept.close : kept.keepAlive
  }

  #make(response: HealthResponse, second: number): Kept {
    const { keepAliveTimeout } = this.#terms
    const seconds = Math.floor(keepAliveTimeout / 1000)
    const timeout = keepAliveTimeout > 0 ? `Keep-Alive: timeout=${seconds}\r\n` : ''
    const head = `${headOf(response)}Date: ${new Date(second * 1000).toUTCString()}\r\n`
    return {
      second,
      keepAlive: Buffer.from(`${head}Connection: keep-alive\r\n${timeout}\r\n${response.body}`),
      close: Buffer.from(`${head}Connection: close\r\n\r\n${response.body}`),
    }
  }
}

function headOf({ status, headers }: HealthResponse): string {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`
  for (const name of Object.keys(headers)) head += `${name}: ${headers[name]}\r\n`
  return head
}
