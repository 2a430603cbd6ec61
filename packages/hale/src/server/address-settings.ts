import type { Problems } from '../errors/problems.ts'

/** Where a server of its own listens. */
export interface AddressSettings {
  readonly port: number
  readonly host: string | undefined
}

/** Reads the options `port` and `host`; what is wrong goes to `problems`. */
export function addressSettings(
  { port, host }: Readonly<Record<string, unknown>>,
  problems: Problems,
): AddressSettings {
  if (port === undefined) problems.add('port', 'missing; 0 takes any free one')
  return {
    port: problems.number('port', port, 0, { integer: true, max: 65_535 }),
    host: problems.string('host', host),
  }
}
