import { constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { addAbortSignal, type Readable } from 'node:stream'

/** What charts render has megabytes with the schemas of their objects; more than this would take minutes. */
export const MOST_BYTES = 16 * 1024 * 1024

export function tooLarge(bytes?: number): Error {
  const size = bytes === undefined ? `more than ${MOST_BYTES} bytes` : `${bytes} bytes`
  return new Error(`it has ${size}, more than a configuration has: give its parts one by one`)
}

/** All that a stream brings, which may be endless, or nothing for ever. */
export async function readStream(stream: Readable, signal: AbortSignal): Promise<Buffer> {
  signal.throwIfAborted()
  addAbortSignal(signal, stream)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > MOST_BYTES) throw tooLarge()
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

/**
 * A named pipe, such as `<(helm template .)`. Opened without waiting for whoever writes into it: a thread that waits
 * cannot be told to end, and the process with it.
 */
export async function readPipe(path: string, signal: AbortSignal): Promise<Buffer> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return readStream(new Socket({ fd, readable: true, writable: false }), signal)
}
