/** What the environment says, all of it checked before anything starts. */
export interface Settings {
  readonly port: number
  readonly simulateDbUp: boolean
  readonly simulateExternalApiUp: boolean
  /** Absent: a small local one is started. */
  readonly externalApiUrl: string | undefined
  readonly externalApiTimeoutMs: number
  /** A PostgreSQL server; absent: an embedded SQLite database. */
  readonly databaseUrl: string | undefined
  readonly databaseFile: string | undefined
  /** How long requests are still taken once readiness says 503. */
  readonly drainDelayMs: number
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the settings; throws an error that lists every one that is wrong, with what it should be. */
export function readSettings(environment: Environment): Settings {
  const problems: string[] = []
  const value = (name: string): string | undefined => environment[name]?.trim() || undefined

  function number(
    name: string,
    fallback: number,
    fits: (given: number) => boolean,
    expected: string,
  ): number {
    const given = value(name)
    if (given === undefined || fits(Number(given))) return Number(given ?? fallback)
    problems.push(`${name}: expected ${expected}`)
    return fallback
  }

  function flag(name: string): boolean {
    const given = value(name)?.toLowerCase() ?? 'true'
    if (given !== 'true' && given !== 'false') problems.push(`${name}: expected true or false`)
    return given !== 'false'
  }

  function url(name: string, protocols: readonly string[]): string | undefined {
    const given = value(name)
    const fits = given === undefined || (URL.canParse(given) && protocols.includes(new URL(given).protocol))
    if (!fits) problems.push(`${name}: expected a URL that begins with ${protocols.join('// or ')}//`)
    return given
  }

  const settings = {
    port: number(
      'APP_PORT',
      5000,
      (port) => Number.isInteger(port) && port >= 0 && port < 65_536,
      'a port, 0 to 65535',
    ),
    simulateDbUp: flag('SIMULATE_DB_UP'),
    simulateExternalApiUp: flag('SIMULATE_EXTERNAL_API_UP'),
    externalApiUrl: url('EXTERNAL_DEPENDENCY_API_URL', ['http:', 'https:']),
    externalApiTimeoutMs:
      number(
        'EXTERNAL_API_TIMEOUT',
        1,
        (seconds) => seconds >= 0.001 && seconds <= 60,
        'seconds, between 0.001 and 60',
      ) * 1000,
    // One second, since nobody balances load over an example; behind a balancer it is as long as that takes to see.
    drainDelayMs:
      number('DRAIN_DELAY', 1, (seconds) => seconds >= 0 && seconds <= 20, 'seconds, between 0 and 20') *
      1000,
    databaseUrl: url('DATABASE_URL', ['postgres:', 'postgresql:']),
    databaseFile: value('DATABASE_FILE'),
  }
  if (problems.length > 0)
    throw new Error(`The environment needs mending:\n${problems.map((it) => `  - ${it}`).join('\n')}`)
  return settings
}
