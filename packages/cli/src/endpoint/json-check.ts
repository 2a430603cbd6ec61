import type { EndpointCheck } from './endpoint-answer.ts'
import { asObject, type JsonObject } from './json-object.ts'
import { safeText } from './safe-text.ts'
import { statusOfWord } from './status-word.ts'

/**
 * Reads one entry, whatever format it is of: their fields do not get in each other's way. `which` is appended to the
 * name, where several entries share it.
 */
export function jsonCheck(key: string, entry: JsonObject, which = ''): EndpointCheck | undefined {
  const told = statusOfWord(entry.status)
  if (told === undefined) return undefined
  // Actuator and MicroProfile have what is not theirs in a member of its own.
  const more = { ...asObject(entry.details), ...asObject(entry.data), ...entry }
  // application/health+json appends what was measured. Another measurement stays: a component may have several.
  const name = key.replace(/:responseTime$/i, '')
  const message = safeText(more.error ?? more.message ?? more.output)
  const durationMs =
    finite(more.response_time_ms ?? more.responseTimeMs) ?? (name === key ? undefined : observedMs(entry))
  const since = typeof more.since === 'string' ? finite(Date.parse(more.since)) : undefined
  const impact = safeText(more.impact)
  return {
    name: safeText(`${name}${which}`) ?? 'unnamed',
    status: told === 'UP' && more.degraded === true ? 'DEGRADED' : told,
    ...(message !== undefined && { message }),
    ...(durationMs !== undefined && { durationMs }),
    ...(since !== undefined && { since }),
    ...(typeof more.critical === 'boolean' && { critical: more.critical }),
    ...(impact !== undefined && { impact }),
  }
}

function observedMs({ observedValue, observedUnit }: JsonObject): number | undefined {
  const value = finite(observedValue)
  return value !== undefined && observedUnit === 's' ? value * 1000 : value
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
