import type { ServerResponse } from 'node:http'

type WriteHead = (this: ServerResponse, ...args: unknown[]) => ServerResponse

/**
 * Makes an answer the last one of its HTTP/1 connection: it says `Connection: close`, and Node then ends the
 * connection after it. Without effect once the headers have been sent.
 *
 * `writeHead` is where every way of answering comes through. Setting the header alone would not do: servers of
 * event streams and proxies commonly write `Connection: keep-alive` themselves, and Node obeys them.
 *
 * @param isLast asked when the headers are written, since more may have been asked on the connection by then
 */
export function makeLast(response: ServerResponse, isLast: () => boolean): void {
  if (response.headersSent) return
  const writeHead = response.writeHead as WriteHead
  const last: WriteHead = function (...args) {
    const status = args[0]
    // 101 is the beginning of another protocol, to which the header belongs.
    if (this.headersSent || status === 101 || !isLast()) return writeHead.apply(this, args)
    const given = args.map((argument) =>
      typeof argument === 'object' && argument !== null ? withoutConnection(argument) : argument,
    )
    const list = given.find(Array.isArray)
    // With a header set beforehand Node takes a list for a set: of two cookies one is lost, and it throws at pairs.
    if (list === undefined) this.setHeader('Connection', 'close')
    else list.push(...(Array.isArray(list[0]) ? [['Connection', 'close']] : ['Connection', 'close']))
    return writeHead.apply(this, given)
  }
  response.writeHead = last as typeof response.writeHead
}

/** Headers as `writeHead` takes them: an object, a flat list of names and values, or a list of pairs. */
function withoutConnection(headers: object): object {
  if (!Array.isArray(headers)) {
    return Object.fromEntries(Object.entries(headers).filter(([name]) => !isConnection(name)))
  }
  if (Array.isArray(headers[0])) return headers.filter((pair) => !isConnection(pair[0]))
  return headers.filter((_, index) => !isConnection(headers[index - (index % 2)]))
}

function isConnection(name: unknown): boolean {
  const lower = String(name).toLowerCase()
  return lower === 'connection' || lower === 'keep-alive'
}
