import type { Problems } from '../errors/problems.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Logger } from './logger.ts'
import type { ServiceInfo } from './report.ts'
import { boundText } from './text.ts'

/** The option `clock`; the process's own when it is not given. */
export function clockOf(value: unknown, problems: Problems): Clock {
  return problems.methods<Clock>('clock', value, ['now', 'wallTime', 'after']) ?? systemClock
}

/** The option `logger`. */
export function loggerOf(value: unknown, problems: Problems): Logger | undefined {
  return problems.methods<Logger>('logger', value, ['info', 'warn', 'error'])
}

/** The option `service`. */
export function serviceOf(value: unknown, problems: Problems): ServiceInfo {
  const given = problems.object('service', value)
  problems.knownKeys('service', given, ['name', 'version'])
  const name = boundText(problems.string('service.name', given.name))
  const version = boundText(problems.string('service.version', given.version))
  return { ...(name !== undefined && { name }), ...(version !== undefined && { version }) }
}
