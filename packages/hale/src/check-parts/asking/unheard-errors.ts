import type { CheckContext } from '../../core/check.ts'
import { hasMethod, isSo } from './structure.ts'

interface Emitter {
  listenerCount(event: string): number
}

/**
 * Warns, once, of a client that emits `error` when a connection breaks while nobody listens: Node then ends the process,
 * which no probe would have asked for. To listen is the application's to decide, so the check does not.
 *
 * @param name what the application is likely to call it, for the line that mends it.
 */
export function warnOfUnheardErrors({ warn }: CheckContext, client: unknown, name: string): void {
  if (!hasMethod(client, 'on', 'listenerCount')) return
  if (!isSo(() => (client as Emitter).listenerCount('error') === 0)) return
  warn(
    `the ${name} has no listener of errors, so a connection that breaks ends the process; ` +
      `add ${name}.on('error', …)`,
  )
}
