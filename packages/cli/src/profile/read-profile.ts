import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Terminal } from '../command/terminal.ts'
import { UsageError } from '../command/usage-error.ts'
import { USUAL_FILE } from '../definition/defaults.ts'
import { authority, noAuthority } from '../endpoint/authority.ts'
import { type EndpointTarget, endpointTarget } from '../endpoint/endpoint-url.ts'
import { probePaths, profileOf } from './defaults.ts'
import { type ProfileFlags, readFlags, type SaidByFlags } from './flags.ts'
import type { ServiceProfile } from './service-profile.ts'

const ENDPOINT_TIMEOUT_MS = 5000

/**
 * A service as its file, or its running endpoint, describes it, with what the command line says over it.
 *
 * @param speaker who warns, on stderr.
 * @throws UsageError with everything that is wrong or missing.
 */
export async function readProfile(
  flags: ProfileFlags,
  terminal: Pick<Terminal, 'cwd' | 'env' | 'err' | 'signal'>,
  speaker = 'hale',
): Promise<ServiceProfile> {
  const { said, target, ca, problems } = readSaid(flags, terminal)
  if (problems.length > 0) throw new UsageError(problems)
  const described = await (target === undefined
    ? byDefinition(flags, terminal)
    : byEndpoint(target, terminal, ca, speaker))
  const name = said.name ?? described.name
  const port = said.port ?? described.port
  const missing: string[] = []
  if (name === undefined)
    missing.push('the service has no name: give --name, --definition hale.yaml or --endpoint URL')
  if (port === undefined)
    missing.push('the port of its probes is not known: give --port, --definition hale.yaml or --endpoint URL')
  if (name === undefined || port === undefined) throw new UsageError(missing)
  const { metricsPort, localOnly, ...rest } = described
  return profileOf({
    ...rest,
    // Who says another port, or by which name others reach it, speaks of another place than the file.
    ...(said.port === undefined && { metricsPort }),
    ...(said.port === undefined && said.host === undefined && { localOnly }),
    ...withoutUndefined(probesSaid(said, described)),
    name,
    port,
  })
}

/** What is wrong with the flags alone, before anything is read or asked. */
export function flagProblems(flags: ProfileFlags, terminal: Pick<Terminal, 'cwd'>): readonly string[] {
  return readSaid(flags, terminal).problems
}

interface Said {
  readonly said: SaidByFlags
  readonly target: EndpointTarget | undefined
  /** The PEM that --cacert names. */
  readonly ca: string | undefined
  readonly problems: readonly string[]
}

function readSaid(flags: ProfileFlags, { cwd }: Pick<Terminal, 'cwd'>): Said {
  const { definition, endpoint, cacert } = flags
  const problems: string[] = []
  const said = readFlags(flags, problems)
  if (definition !== undefined && endpoint !== undefined)
    problems.push('--definition and --endpoint describe the same service: give one of them')
  if (definition === '') problems.push('--definition: an empty name names no file')
  const target = endpoint === undefined ? undefined : endpointTarget(endpoint)
  if (typeof target === 'string') problems.push(`--endpoint ${target}`)
  if (cacert !== undefined && endpoint === undefined)
    problems.push('--cacert is about the certificate of --endpoint: give that too')
  const ca = cacert === undefined ? undefined : authority(cacert, cwd)
  if (cacert !== undefined && ca === undefined) problems.push(noAuthority)
  return { said, target: typeof target === 'string' ? undefined : target, ca, problems }
}

async function byEndpoint(
  target: EndpointTarget,
  terminal: Pick<Terminal, 'err' | 'signal'>,
  ca: string | undefined,
  speaker: string,
): Promise<Partial<ServiceProfile>> {
  const { fromEndpoint } = await import('./from-endpoint.ts')
  const { signal } = terminal
  const asking = { timeoutMs: ENDPOINT_TIMEOUT_MS, signal, ...(ca !== undefined && { ca }) }
  const found = await fromEndpoint(target, asking)
  if (typeof found === 'string') throw new UsageError([`--endpoint: ${found}`])
  for (const warning of found.warnings) terminal.err(`${speaker}: ${warning}\n`)
  return found.profile
}

async function byDefinition(
  flags: ProfileFlags,
  terminal: Pick<Terminal, 'cwd' | 'env'>,
): Promise<Partial<ServiceProfile>> {
  const shown = await definitionFile(flags, terminal)
  if (shown === undefined) return {}
  const file = resolve(terminal.cwd, shown)
  const { loadDefinition } = await import('../definition/load-definition.ts')
  const { fromDefinition } = await import('./from-definition.ts')
  // What it says is wanted, not what it reaches: variables and secrets of production are not here.
  const loaded = await loadDefinition(file, { env: terminal.env, unresolved: 'leave' })
  if (loaded.definition === undefined) {
    const { problemLines } = await import('../definition/problem-lines.ts')
    throw new UsageError(problemLines(shown, loaded.problems))
  }
  return fromDefinition(loaded.definition)
}

/** The file that is named, or the usual one where it is there. */
export async function definitionFile(
  { definition }: Pick<ProfileFlags, 'definition'>,
  { cwd }: Pick<Terminal, 'cwd'>,
): Promise<string | undefined> {
  if (definition !== undefined) return definition
  return access(resolve(cwd, USUAL_FILE)).then(
    () => USUAL_FILE,
    () => undefined,
  )
}

/** Flags about all three probes at once. */
function probesSaid(
  { basePath, budgetMs, ...said }: SaidByFlags,
  described: Partial<ServiceProfile>,
): { readonly [Key in keyof ServiceProfile]?: ServiceProfile[Key] | undefined } {
  if (basePath === undefined && budgetMs === undefined) return said
  const { liveness, readiness, startup } = profileOf({ ...described, name: 'any', port: 1 })
  const paths = basePath === undefined ? undefined : probePaths(basePath)
  const probe = (name: 'liveness' | 'readiness' | 'startup', before: ServiceProfile[typeof name]) => ({
    path: paths?.[name] ?? before.path,
    budgetMs: budgetMs ?? before.budgetMs,
  })
  return {
    ...said,
    liveness: probe('liveness', liveness),
    readiness: probe('readiness', readiness),
    startup: probe('startup', startup),
  }
}

function withoutUndefined<Shape extends object>(shape: Shape): Partial<Shape> {
  return Object.fromEntries(
    Object.entries(shape).filter(([, value]) => value !== undefined),
  ) as Partial<Shape>
}
