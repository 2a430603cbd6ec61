import type { Terminal } from '../command/terminal.ts'
import { profileOf } from '../profile/defaults.ts'
import type { ProfileFlags } from '../profile/flags.ts'
import { definitionFile, readProfile } from '../profile/read-profile.ts'
import type { KnownService } from './known-service.ts'

/** The flags by which a service is known to the doctor; the names are those of `hale generate`. */
export type ServiceFlags = Pick<
  ProfileFlags,
  | 'definition'
  | 'endpoint'
  | 'cacert'
  | 'port'
  | 'basePath'
  | 'budgetMs'
  | 'replicas'
  | 'startupMs'
  | 'drainDelayMs'
  | 'inFlightMs'
  | 'preStop'
>

const TIMES = ['startupMs', 'drainDelayMs', 'inFlightMs', 'preStop'] as const

/**
 * By a definition, an endpoint, or the port and what else flags say; by the hale.yaml of the folder when nothing is
 * said; else what any service is taken for.
 *
 * @throws UsageError as `readProfile` does.
 */
export async function serviceAskedFor(flags: ServiceFlags, terminal: Terminal): Promise<KnownService> {
  const file = await definitionFile(flags, terminal)
  const said = Object.values(flags).some((value) => value !== undefined)
  if (!said && file === undefined) {
    return { profile: profileOf({ name: 'service', port: 0 }), timesAreKnown: false }
  }
  // The name is of no use here, and an endpoint need not tell it.
  const profile = await readProfile({ ...flags, name: 'service' }, terminal, 'hale doctor')
  const timesSaid = TIMES.some((flag) => flags[flag] !== undefined)
  if (flags.endpoint !== undefined) {
    const { shownEndpoint } = await import('../profile/from-endpoint.ts')
    return { profile, source: shownEndpoint(flags.endpoint), timesAreKnown: timesSaid }
  }
  return { profile, source: file ?? 'the options', timesAreKnown: file !== undefined || timesSaid }
}
