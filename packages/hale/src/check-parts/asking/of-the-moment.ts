/**
 * What a function returns that was given in place of a client, an address or a URL. It may take longer than the run
 * does, and then nothing is asked: a listener is never called of a signal that has been aborted already, so that a
 * socket that was opened now would stay open until the other side closes it.
 */
export async function ofTheMoment(current: () => unknown, signal: AbortSignal): Promise<unknown> {
  const value = await current()
  signal.throwIfAborted()
  return value
}
