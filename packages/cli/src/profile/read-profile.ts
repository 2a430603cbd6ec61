import { access, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Terminal } from '../command/terminal.ts'
import { UsageError } from '../command/usage-error.ts'
import { probePaths, profileOf } from './defaults.ts'
import { type ProfileFlags, readFlags, type SaidByFlags } from './flags.ts'
import type { ServiceProfile } from './service-profile.ts'

/** Taken unasked when it is in the folder. */
const USUAL_FILE = 'hale.yaml'
const ENDPOINT_TIMEOUT_MS = 5000

/**
 * A service as its file, or its running endpoint, describes it, with what the command line says over it.
 *
 * @throws UsageError with everything that is wrong or missing.
 */
export async function readProfile(
  flags: ProfileFlags,
  terminal: Pick<Terminal, 'cwd' | 'env' | 'err' | 'signal'>,
): Promise<ServiceProfile> {
  const problems: string[] = []
  const said = readFlags(flags, problems)
  if (flags.definition !== undefined && flags.endpoint !== undefined)
    problems.push('--definition and --endpoint describe the same service: give one of them')
  const ca = await authority(flags, terminal, problems)
  if (problems.length > 0) throw new UsageError(problems)
  const described = await describedBy(flags, terminal, ca)
  const name = said.name ?? described.name
  const port = said.port ?? described.port
  if (name === undefined)
    problems.push('the service has no name: give --name, --definition hale.yaml or --endpoint URL')
  if (port === undefined)
    problems.push(
      'the port of its probes is not known: give --port, --definition hale.yaml or --endpoint URL',
    )
  if (name === undefined || port === undefined) throw new UsageError(problems)
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

async function describedBy(
  { definition, endpoint }: ProfileFlags,
  terminal: Pick<Terminal, 'cwd' | 'env' | 'err' | 'signal'>,
  ca: string | undefined,
): Promise<Partial<ServiceProfile>> {
  if (endpoint !== undefined) {
    const { fromEndpoint } = await import('./from-endpoint.ts')
    const { signal } = terminal
    const asking = { timeoutMs: ENDPOINT_TIMEOUT_MS, signal, ...(ca !== undefined && { ca }) }
    const found = await fromEndpoint(endpoint, asking)
    if (typeof found === 'string') throw new UsageError([`--endpoint: ${found}`])
    for (const warning of found.warnings) terminal.err(`hale: ${warning}\n`)
    return found.profile
  }
  const file = resolve(terminal.cwd, definition ?? USUAL_FILE)
  if (definition === undefined && !(await isThere(file))) return {}
  const { loadDefinition } = await import('../definition/load-definition.ts')
  const { fromDefinition } = await import('./from-definition.ts')
  // What it says is wanted, not what it reaches: variables and secrets of production are not here.
  const loaded = await loadDefinition(file, { env: terminal.env, unresolved: 'leave' })
  if (loaded.definition === undefined) {
    const shown = definition ?? USUAL_FILE
    throw new UsageError(
      loaded.problems.map(({ line, column, path, text, hint }) => {
        const where = path === '' ? '' : `${path}: `
        return `${shown}:${line}:${column}: ${where}${text}${hint === undefined ? '' : ` (${hint})`}`
      }),
    )
  }
  return fromDefinition(loaded.definition)
}

/** The PEM that --cacert names. */
async function authority(
  { cacert, endpoint }: ProfileFlags,
  { cwd }: Pick<Terminal, 'cwd'>,
  problems: string[],
): Promise<string | undefined> {
  if (cacert === undefined) return undefined
  if (endpoint === undefined) problems.push('--cacert is about the certificate of --endpoint: give that too')
  const pem = await readFile(resolve(cwd, cacert), 'utf8').catch(() => '')
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    problems.push(`--cacert: ${cacert} is no file of certificates as PEM`)
  return pem
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
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
