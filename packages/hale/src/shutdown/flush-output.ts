import type { Writable } from 'node:stream'

/**
 * Resolves when all that was written to stdout and stderr has been handed over. A pipe takes no more than its reader
 * makes room for, and what waits in the process is lost at `process.exit`.
 *
 * @param giveUp ends the waiting, since a reader may never read
 */
export async function flushOutput(
  giveUp: Promise<unknown>,
  streams: readonly Writable[] = [process.stdout, process.stderr],
): Promise<void> {
  await Promise.race([Promise.all(streams.map(flushed)), giveUp])
}

function flushed(stream: Writable): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    // A reader that has gone is no reason to end with an uncaught error.
    stream.once('error', () => resolve())
    stream.write('', () => resolve())
  })
}
