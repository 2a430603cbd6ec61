import type { Writable } from 'node:stream'

/**
 * Ignores the errors of stdout and stderr until the function it returns is called. Whoever reads them often ends by
 * the same signal, as in `service | formatter` on Ctrl-C, and the next line that is written would be an uncaught
 * exception, in the middle of requests.
 */
export function outliveReaders(streams: readonly Writable[] = [process.stdout, process.stderr]): () => void {
  const ignore = (): void => {}
  for (const stream of streams) stream.on('error', ignore)
  return () => {
    for (const stream of streams) stream.off('error', ignore)
  }
}

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
