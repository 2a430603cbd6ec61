import {
  entriesOf,
  entryOf,
  type SystemdUnit,
  setEntry,
  systemdDuration,
} from '../documents/machines/systemd-unit.ts'
import type { Finding, Rule } from '../finding.ts'

/** Those by which a watchdog that has run out leads to a new start. */
const RESTARTS = new Set(['always', 'on-failure', 'on-abnormal', 'on-watchdog'])

export const watchdogWithoutRestart: Rule = {
  id: 'watchdog-without-restart',
  severity: 'error',
  title: 'A watchdog that kills, and nothing that starts again',
  why: 'When the service has been silent for WatchdogSec systemd kills it. Whether it is started again is for Restart= to say, which is `no` where nothing is said: a pause becomes an outage that lasts until somebody notices.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'systemd') return []
    const { unit, file } = document
    const watchdog = entryOf(unit, 'Service', 'WatchdogSec')
    const restart = entryOf(unit, 'Service', 'Restart')
    if (watchdog === undefined || !systemdDuration(watchdog.value)) return []
    if (restart !== undefined && RESTARTS.has(restart.value)) return []
    if (isStartedOnDemand(unit)) return []
    return [
      {
        place: (restart ?? watchdog).place,
        what: `unit ${unit.name} is killed by its watchdog, and not started again`,
        evidence: [
          `WatchdogSec is ${watchdog.value}`,
          restart === undefined ? 'Restart is no (the default)' : `Restart is ${restart.value}`,
        ],
        fix: 'Restart=on-failure',
        edits: setEntry(unit, 'Service', 'Restart', 'on-failure', file.text.includes('\r\n') ? '\r\n' : '\n'),
      },
    ]
  },
}

/** By the bus or a socket, as soon as somebody asks for it. */
function isStartedOnDemand(unit: SystemdUnit): boolean {
  if (entryOf(unit, 'Service', 'BusName') ?? entryOf(unit, 'Service', 'Sockets')) return true
  return ['Requires', 'Wants', 'BindsTo', 'After']
    .flatMap((key) => entriesOf(unit, 'Unit', key))
    .some(({ value }) => /\.socket(?:\s|$)/.test(value))
}
