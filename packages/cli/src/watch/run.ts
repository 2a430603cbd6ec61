import { setMaxListeners } from 'node:events'
import { exitCodeOfSignal } from '../command/exit-code.ts'
import type { Terminal } from '../command/terminal.ts'
import type { Given } from '../command/verb.ts'
import type { EndpointReading } from '../endpoint/endpoint-answer.ts'
import { readEndpoint } from '../endpoint/read-endpoint.ts'
import { nameOf } from './endpoint-lines.ts'
import { watchLive } from './live.ts'
import { type Look, lookOf } from './look.ts'
import { startPolling } from './polling.ts'
import type { ScreenProcess } from './screen.ts'
import { readingJson, readingText, transitionText } from './text-output.ts'
import { type WatchOptions, watchTargets } from './watch-options.ts'
import { afterReading, initialState } from './watch-state.ts'

/** What is wrong with endpoints, headers and files. */
export function check({ args, options }: Given<WatchOptions>, terminal: Terminal): void {
  watchTargets(args, options, terminal)
}

/** `hale watch`: resolves when somebody quits, or after one look with `--once`. */
export async function run(
  { args, options }: Given<WatchOptions>,
  terminal: Terminal,
  screenProcess: ScreenProcess = process,
): Promise<number> {
  const { targets, ...sent } = watchTargets(args, options, terminal)
  const addresses = targets.map(({ shown }) => shown)
  const ask = (index: number, signal: AbortSignal): Promise<EndpointReading> => {
    const target = targets[index]
    if (target === undefined) throw new RangeError(`There is no endpoint ${index}`)
    const { timeout: timeoutMs, insecure = false } = options
    return readEndpoint(target, { timeoutMs, ...sent, insecure, signal })
  }
  const parts = {
    addresses,
    ask,
    look: lookOf(terminal),
    intervalMs: options.interval,
    signal: terminal.signal,
  }
  if (options.once) return once(parts, options, terminal)
  if (terminal.interactive && !options.plain && !options.json)
    await watchLive({ ...parts, process: screenProcess })
  else await watchLines(parts, options, terminal)
  return exitCodeOfSignal(terminal.signal) ?? 0
}

interface Parts {
  readonly addresses: readonly string[]
  readonly intervalMs: number
  ask(index: number, signal: AbortSignal): Promise<EndpointReading>
  readonly look: Look
  readonly signal: AbortSignal
}

/** One look at all; 1 when one is not healthy. */
async function once(parts: Parts, options: WatchOptions, terminal: Terminal): Promise<number> {
  const { addresses, signal } = parts
  // One listener a request: no leak to warn of.
  setMaxListeners(0, signal)
  const readings = await Promise.all(addresses.map((_, index) => parts.ask(index, signal)))
  if (signal.aborted) return exitCodeOfSignal(signal) ?? 1
  const at = Date.now()
  let state = initialState(addresses, options.interval)
  for (const [index, reading] of readings.entries()) state = afterReading(state, index, reading, at).state
  for (const [index, reading] of readings.entries()) {
    const address = addresses[index] ?? ''
    terminal.out(
      options.json
        ? readingJson(address, at, reading, [])
        : readingText(nameOf(state, index), address, reading, parts.look),
    )
  }
  return readings.every(({ status }) => status === 'UP' || status === 'DEGRADED') ? 0 : 1
}

/** Every reading as JSON; or the first of each, and what changes from then on. */
async function watchLines(parts: Parts, options: WatchOptions, terminal: Terminal): Promise<void> {
  const { addresses, signal, look } = parts
  let state = initialState(addresses, options.interval)
  const onReading = (index: number, reading: EndpointReading) => {
    const at = Date.now()
    const first = state.endpoints[index]?.status === 'WAITING'
    const { state: next, transitions } = afterReading(state, index, reading, at)
    state = next
    const address = addresses[index] ?? ''
    if (options.json) return terminal.out(readingJson(address, at, reading, transitions))
    if (first) return terminal.out(readingText(nameOf(state, index), address, reading, look))
    for (const each of transitions) terminal.out(transitionText(nameOf(state, index), each, look))
  }
  if (signal.aborted) return
  const polling = startPolling({
    count: addresses.length,
    intervalMs: parts.intervalMs,
    ask: parts.ask,
    onReading,
  })
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  polling.stop()
}
