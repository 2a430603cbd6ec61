import type { HealthRequest, HealthResponse } from './exchange.ts'
import type { HealthHandler } from './handle.ts'

/** A `node:http` response as far as it is needed; by structure, so that this folder imports nothing of Node. */
export interface NodeResponse {
  readonly headersSent: boolean
  readonly destroyed: boolean
  writeHead(status: number, headers: { readonly [name: string]: string }): unknown
  end(body?: string): unknown
  destroy(error?: Error): unknown
}

/** Answers on a `node:http` response; false, with nothing done, when the path is not a health endpoint. */
export function answerNode(handle: HealthHandler, request: HealthRequest, response: NodeResponse): boolean {
  const answer = handle(request)
  if (answer === undefined) return false
  if (answer instanceof Promise) void answer.then((late) => send(response, late))
  else send(response, answer)
  return true
}

/** Sends an answer, unless the client has gone or somebody else has answered meanwhile. */
export function send(response: NodeResponse, { status, headers, body }: HealthResponse): void {
  if (response.headersSent || response.destroyed) return
  try {
    response.writeHead(status, headers)
    response.end(body)
  } catch (error) {
    // Others wrap these methods, and what they throw in a late answer would have nobody to catch it.
    response.destroy(error as Error)
  }
}
