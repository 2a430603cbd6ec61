import assert from 'node:assert/strict'
import { OutgoingMessage, ServerResponse } from 'node:http'

type Method = (this: ServerResponse, ...args: unknown[]) => unknown

/**
 * Runs something and fails when an answer of `node:http` was begun or ended twice meanwhile. Frameworks catch what
 * Node throws then, and log it at best, so that a client sees nothing of it until the day it crashes.
 */
export async function withoutDoubleSends(work: () => Promise<void>): Promise<void> {
  const seen: string[] = []
  const note = (method: string, response: ServerResponse): void => {
    seen.push(`${method} after the answer had been sent: ${response.req?.method} ${response.req?.url}`)
  }
  const restore = [
    watched(ServerResponse.prototype, 'writeHead', (response) => response.headersSent, note),
    watched(OutgoingMessage.prototype, 'setHeader', (response) => response.headersSent, note),
    watched(OutgoingMessage.prototype, 'end', (response) => response.writableEnded, note),
  ]
  try {
    await work()
  } finally {
    for (const undo of restore) undo()
  }
  assert.deepEqual(seen, [], 'an answer was sent twice')
}

function watched(
  prototype: object,
  name: string,
  isTooLate: (response: ServerResponse) => boolean,
  note: (method: string, response: ServerResponse) => void,
): () => void {
  const methods = prototype as Record<string, Method>
  const original = methods[name] as Method
  methods[name] = function (this: ServerResponse, ...args) {
    // Requests of a client are OutgoingMessages too.
    if (this instanceof ServerResponse && isTooLate(this)) note(name, this)
    return original.apply(this, args)
  }
  return () => {
    methods[name] = original
  }
}
