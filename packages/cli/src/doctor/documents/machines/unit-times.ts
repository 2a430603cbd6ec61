import type { Figure } from '../figure.ts'
import type { Place } from '../place.ts'
import { entryOf, type SystemdUnit, setEntry, systemdDuration } from './systemd-unit.ts'

/** systemd's DefaultTimeoutStopSec and DefaultTimeoutStartSec. */
const BY_DEFAULT_MS = 90_000

/** How long systemd waits for a start, or an end; `TimeoutSec` is both. */
export function unitTimeout(
  unit: SystemdUnit,
  key: 'TimeoutStartSec' | 'TimeoutStopSec',
  text: string,
): Figure {
  const entry = entryOf(unit, 'Service', key)
  const stated = entry ?? entryOf(unit, 'Service', 'TimeoutSec')
  const nowhere: Place = [0, 0]
  return {
    name: entry === undefined && stated !== undefined ? 'TimeoutSec' : key,
    stated: stated !== undefined,
    place: stated?.place ?? unit.sections.find(({ name }) => name === 'Service')?.place ?? nowhere,
    value: stated === undefined ? BY_DEFAULT_MS : systemdDuration(stated.value),
    change: (ms) =>
      setEntry(unit, 'Service', key, String(Math.ceil(ms / 1000)), text.includes('\r\n') ? '\r\n' : '\n'),
  }
}
