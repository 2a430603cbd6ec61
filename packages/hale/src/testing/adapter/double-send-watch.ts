import assert from 'node:assert/strict'
import { OutgoingMessage, ServerResponse } from 'node:http'

type Method = (this: ServerResponse, ...args: unknown[]) => unknown

/**
 * Runs something and fails when an answer of `node:http` was begun or ended twice meanwhile. Frameworks catch what
 * Node throws then, and log it at best, so that a client sees nothing of it until the day it crashes.
 */
export async function withoutDoubleSends(work: () => Promise<void>): Promise<void> {
  const seen: string[] = []
  if (watches.size === 0) restore = watchAll()
  watches.add(seen)
  try {
    await work()
  } finally {
    watches.delete(seen)
    if (watches.size === 0) restore()
  }
  assert.deepEqual(seen, [], 'an answer was sent twice')
}

// Of cases that run at the same time, as some test runners do: the first puts the watch on and the last takes it off.
const watches = new Set<string[]>()
let restore = (): void => {}

function watchAll(): () => void {
  const undo = [
    watched(ServerResponse.prototype, 'writeHead', (response) => response.headersSent),
    watched(OutgoingMessage.prototype, 'setHeader', (response) => response.headersSent),
    watched(OutgoingMessage.prototype, 'end', (response) => response.writableEnded),
  ]
  return () => {
    for (const each of undo) each()
  }
}

function note(method: string, { req }: ServerResponse): void {
  for (const seen of watches)
    seen.push(`${method} after the answer had been sent: ${req?.method} ${req?.url}`)
}

function watched(
  prototype: object,
  name: string,
  isTooLate: (response: ServerResponse) => boolean,
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
