import { type HealthRequest, header } from '../exchange.ts'

const mostBytes = 16_384

/** What a request's body holds, or why it cannot be used. */
export type RequestBody =
  | { readonly value: unknown }
  | { readonly refused: 'too large' | 'not JSON' | 'aborted' | 'read before' }

/** Reads a JSON body, bounded; an absent one is an empty object. */
export async function readBody(request: HealthRequest): Promise<RequestBody> {
  const { body } = request
  // What a body parser before this one has made of it. The parsers of Express 4 leave an empty object where they left
  // the body alone, as they do with another media type: taken for a change, it would be lost without a word.
  const { readableDidRead } = request as { readonly readableDidRead?: boolean }
  const untouched = readableDidRead === false
  const parsed = typeof body === 'object' && body !== null && !(body instanceof Uint8Array)
  if (parsed && (!untouched || Object.keys(body).length > 0)) return { value: body }
  let text: string
  try {
    if (typeof body === 'string') text = body
    else if (body instanceof Uint8Array) text = new TextDecoder().decode(body)
    else text = await readAll(request)
    // Node says so once there were bytes to read, whatever their length was announced by.
    if (text === '' && body === undefined && readableDidRead === true) return { refused: 'read before' }
    if (text === '' && Number(header(request, 'content-length')) > 0) return { refused: 'aborted' }
  } catch (error) {
    if (error instanceof TooLarge) return { refused: 'too large' }
    return { refused: readableDidRead === true ? 'read before' : 'aborted' }
  }
  if (text.length > mostBytes) return { refused: 'too large' }
  if (text.trim() === '') return { value: {} }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { refused: 'not JSON' }
  }
}

class TooLarge extends Error {}

async function readAll(request: HealthRequest): Promise<string> {
  if (request[Symbol.asyncIterator] === undefined) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Uint8Array | string>) {
    bytes += chunk.length
    // Read to its end all the same: to stop here would cut the connection, and the answer with it.
    if (bytes > mostBytes) text = ''
    else text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
  }
  if (bytes > mostBytes) throw new TooLarge()
  return text + decoder.decode()
}
