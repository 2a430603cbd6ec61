import { hasMethod } from '../asking/structure.ts'

/** What is needed of an HTTP answer; `Response` has it. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: { getReader(): HttpBodyReader } | null
}

/** The reader of a body; that of a web stream is one. */
export interface HttpBodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
  cancel(): Promise<void>
}

/**
 * Whether something is an answer as `fetch` gives it. That of node-fetch, whose body is a stream of Node's, or of axios
 * is none.
 */
export function isHttpAnswer(value: unknown): value is HttpAnswer {
  const { status, headers, body } = (value ?? {}) as Partial<HttpAnswer>
  return typeof status === 'number' && hasMethod(headers, 'get') && (!body || hasMethod(body, 'getReader'))
}

/**
 * Reads a body of `most` bytes at most, also when nobody looks at it (`keep`): only after its body can a connection
 * serve the next request. That is why no request is a HEAD either, after which Node's fetch closes the connection.
 */
export async function readBody(
  answer: HttpAnswer,
  most: number,
  keep: boolean,
): Promise<{ text: string; whole: boolean }> {
  const reader = answer.body?.getReader()
  if (reader === undefined) return { text: '', whole: true }
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { text: text + decoder.decode(), whole: true }
      bytes += value?.byteLength ?? 0
      if (bytes > most) return { text, whole: false }
      if (keep) text += decoder.decode(value, { stream: true })
    }
  } finally {
    // Closes the connection of a body that was not read to its end; says nothing after one that was.
    reader.cancel().catch(() => {})
  }
}
