import type { Attempt } from './attempt.ts'
import { nowMs } from './now-ms.ts'
import type { ProbeSettings } from './probe-options.ts'
import { amiss, type Finding, spell } from './probe-result.ts'

/** The finding of an answer that is as it should be, but perhaps late, or on a certificate that ends soon. */
export function judged(
  said: string,
  known: Partial<Finding>,
  { daysLeft, degradedAfterMs = Infinity }: ProbeSettings,
  { startedAt }: Attempt,
): Finding {
  const { certificateDaysLeft: days = Infinity } = known
  const { downAt = -Infinity, degradedAt = -Infinity } = daysLeft ?? {}
  // They are rounded down: at 14.0 there may still be more than 14.
  if (days < downAt) return amiss('unexpected-answer', 'certificate expires soon', known)
  if (days < degradedAt) return { ...known, status: 'DEGRADED', message: `${said}, certificate expires soon` }
  if (nowMs() - startedAt > degradedAfterMs)
    return { ...known, status: 'DEGRADED', message: `${said}, slower than ${spell(degradedAfterMs)}` }
  return { ...known, status: 'UP', message: said }
}
