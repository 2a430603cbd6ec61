import type { EndpointReading } from '../endpoint/endpoint-answer.ts'
import type { Look } from './look.ts'
import { type Polling, startPolling } from './polling.ts'
import { render } from './render.ts'
import { openScreen, type ScreenProcess } from './screen.ts'
import { afterKey, afterReading, initialState } from './watch-state.ts'

export interface LiveOptions {
  readonly addresses: readonly string[]
  readonly intervalMs: number
  ask(index: number, signal: AbortSignal): Promise<EndpointReading>
  readonly look: Look
  readonly signal: AbortSignal
  readonly process: ScreenProcess
}

const frameMs = 40

/** Draws until somebody quits, or the process is asked to end. */
export async function watchLive(options: LiveOptions): Promise<void> {
  const { look, signal } = options
  let state = initialState(options.addresses, options.intervalMs)
  let polling: Polling | undefined
  let quit = () => {}
  const done = new Promise<void>((resolve) => {
    quit = resolve
  })
  let drawing: NodeJS.Timeout | undefined
  const draw = () => {
    clearTimeout(drawing)
    drawing = undefined
    screen.draw(render(state, Date.now(), screen.size, look))
  }
  const screen = openScreen(
    {
      onResize: () => draw(),
      onKey(key) {
        if (key === 'quit') return quit()
        if (key === 'now') polling?.now()
        state = afterKey(state, key)
        if (key === 'space') state.paused ? polling?.pause() : polling?.resume()
        draw()
      },
    },
    options.process,
  )
  signal.addEventListener('abort', quit, { once: true })
  // Ages grow without a reading.
  const ticking = setInterval(draw, 1000)
  try {
    draw()
    polling = startPolling({
      count: options.addresses.length,
      intervalMs: options.intervalMs,
      ask: options.ask,
      onReading(index, reading) {
        state = afterReading(state, index, reading, Date.now()).state
        // Of fifty endpoints answers come by the hundred a second, and nobody sees so many frames.
        drawing ??= setTimeout(draw, frameMs)
      },
    })
    if (!signal.aborted) await done
  } finally {
    clearInterval(ticking)
    clearTimeout(drawing)
    signal.removeEventListener('abort', quit)
    polling?.stop()
    screen.close()
  }
}
