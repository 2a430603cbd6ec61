import { askHttp } from './ask-http.ts'
import { askSocket } from './ask-socket.ts'
import { type Attempt, attempt } from './attempt.ts'
import { nowMs } from './now-ms.ts'
import type { ProbeSettings } from './probe-options.ts'
import { amiss, type Finding, type ProbeResult, spell } from './probe-result.ts'
import type { ProbeTarget } from './probe-target.ts'

type Ask = (attempt: Attempt) => Promise<Finding>

/** Asks as often as the settings say; rejects with the signal's reason alone. */
export async function runProbe(target: ProbeTarget, settings: ProbeSettings): Promise<ProbeResult> {
  const ask = await askOf(target, settings)
  const { timeoutMs, retries, retryDelayMs, waitMs, onRetry, signal } = settings
  const startedAt = nowMs()
  const leftMs = (): number => (waitMs ?? Infinity) - (nowMs() - startedAt)
  for (let attempts = 1; ; attempts++) {
    const finding = await attempt(ask, Math.max(1, Math.min(timeoutMs, leftMs())), signal)
    const healthy = finding.status !== 'DOWN'
    const last = waitMs === undefined ? attempts > retries : leftMs() <= retryDelayMs
    const found = { ...finding, healthy, target: target.shown, attempts }
    if (healthy || last) return healthy || waitMs === undefined ? found : waitedInVain(found, waitMs)
    if (onRetry !== undefined) tell(onRetry, found)
    await pause(retryDelayMs, signal)
  }
}

function waitedInVain(found: ProbeResult, waitMs: number): ProbeResult {
  const { cause = 'unexpected-answer', message } = found
  return { ...found, ...amiss(cause, `not well within ${spell(waitMs)}: ${message}`) }
}

/** Whoever is only told has no say in it, be it by throwing or by rejecting. */
function tell(onRetry: (found: ProbeResult) => unknown, found: ProbeResult): void {
  void (async () => onRetry(found))().catch(() => {})
}

/** What asks a target. HTTP/2 alone takes long to load; the others are small, and one file more would take longer. */
async function askOf(target: ProbeTarget, settings: ProbeSettings): Promise<Ask> {
  switch (target.kind) {
    case 'http':
      return (current) => askHttp(target, settings, current)
    case 'socket':
      return (current) => askSocket(target, settings, current)
    case 'grpc': {
      const { askGrpc } = await import('./ask-grpc.ts')
      return (current) => askGrpc(target, settings, current)
    }
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    if (signal?.aborted === true) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
