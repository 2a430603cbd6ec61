import { nowMs } from './now-ms.ts'
import { amiss, type Finding, spell } from './probe-result.ts'

/** How far an attempt has come. */
export type Phase = 'connecting' | 'waiting' | 'reading'

/** One attempt under way: what asks says here how far it has come, and what is to be closed at the end. */
export class Attempt {
  phase: Phase = 'connecting'
  readonly #closers: (() => void)[] = []
  readonly startedAt = nowMs()

  /** Calls back when the attempt is over, however it ends. */
  finally(close: () => void): void {
    this.#closers.push(close)
  }

  end(): void {
    for (const close of this.#closers.splice(0).reverse()) close()
  }
}

/** Asks once, within `timeoutMs`; rejects with the signal's reason alone. */
export function attempt(
  ask: (attempt: Attempt) => Promise<Finding>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Finding & { readonly durationMs: number }> {
  return new Promise((resolve, reject) => {
    const current = new Attempt()
    const settle = (finding: Finding): void => {
      end()
      resolve({ ...finding, durationMs: nowMs() - current.startedAt })
    }
    const onAbort = (): void => {
      end()
      reject(signal?.reason)
    }
    const timer = setTimeout(() => settle(tooLate(current.phase, timeoutMs)), timeoutMs)
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      current.end()
    }
    if (signal?.aborted === true) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    ask(current).then(settle, async (error) => settle(await failed(error, current.phase)))
  })
}

function tooLate(phase: Phase, timeoutMs: number): Finding {
  if (phase === 'connecting') return amiss('unreachable', `no connection within ${spell(timeoutMs)}`)
  return amiss('no-answer', `no ${phase === 'reading' ? 'whole ' : ''}answer within ${spell(timeoutMs)}`)
}

async function failed(error: unknown, phase: Phase): Promise<Finding> {
  // Only a failure needs the vocabulary of errors: a probe of what is well starts without it.
  const { safeFailure } = await import('../errors/safe-message.ts')
  const { message, code } = safeFailure(error, phase === 'connecting' ? 'connection failed' : 'no answer')
  // What llhttp would say too; the connection was in order.
  if (code === 'HPE') return amiss('unexpected-answer', message)
  return amiss(phase === 'connecting' ? 'unreachable' : 'no-answer', message)
}
