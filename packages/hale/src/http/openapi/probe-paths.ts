import type { Visibility } from '../../core/group-settings.ts'
import type { GroupInfo, HealthSource } from '../../core/health.ts'
import type { HandlerSettings } from '../handler-settings.ts'
import { type Alias, aliasNames } from '../probes/route.ts'
import { pascal } from './bodies.ts'
import type { Reference } from './components.ts'
import { attainable, together } from './levels.ts'
import type { Parameters } from './parameters.ts'
import type { ResponseMaker } from './responses.ts'
import { summaryOf } from './summaries.ts'

/** Path items by path. */
export type Paths = { readonly [path: string]: object }

/** Which checks there are, and which of them may be named to whoever reads the document. */
export interface CheckNames {
  readonly all: readonly string[]
  readonly shown: readonly string[]
  /** Whether the service's name and version may be told, as at the base path. */
  readonly service: boolean
}

/** What describes an operation. */
export interface Surroundings {
  readonly health: HealthSource
  readonly settings: HandlerSettings
  readonly names: CheckNames
  readonly parameters: Parameters
  readonly responses: ResponseMaker
}

/** The tag that all of these carry. */
const tag = 'health'

const probeOf: Readonly<Record<Alias, string>> = {
  livez: 'liveness',
  readyz: 'readiness',
  startupz: 'startup',
  healthz: 'liveness',
}

/** The paths of probes, groups and checks. */
export function probePaths(surroundings: Surroundings): Paths {
  const { health, settings } = surroundings
  const { basePath, aliases } = settings
  const report = reporter(surroundings)
  const paths: Record<string, object> = {
    [basePath === '' ? '/' : basePath]: report('health', 'liveness', { deep: true, base: true }),
    [`${basePath}/live`]: report('healthLive', 'liveness'),
    [`${basePath}/ready`]: report('healthReady', 'readiness'),
    [`${basePath}/startup`]: report('healthStartup', 'startup'),
    [`${basePath}/started`]: report('healthStarted', 'startup'),
  }
  for (const { name, kind } of health.groups) {
    if (kind === 'group') paths[`${basePath}/${name}`] = report(groupId(name, health.groups), name)
  }
  const check = checkPath(surroundings, surroundings.names.all, 'healthCheck', 'One check')
  if (check !== undefined) paths[`${basePath}/{check}`] = check
  if (!aliases) return paths
  paths['/livez'] = report('healthLivez', 'liveness')
  paths['/readyz'] = report('healthReadyz', 'readiness')
  paths['/startupz'] = report('healthStartupz', 'startup')
  paths['/healthz'] = report('healthHealthz', 'liveness', { deep: true })
  for (const alias of aliasNames) {
    const probe = probeOf[alias]
    const members = health.groups.find(({ name }) => name === probe)?.members ?? []
    const path = checkPath(surroundings, members, `health${pascal(alias)}Check`, `One check of ${probe}`)
    if (path !== undefined) paths[`/${alias}/{check}`] = path
  }
  return paths
}

/** An id that code can have for a name; groups that would share one, such as `a-b` and `aB`, keep their names. */
function groupId(name: string, groups: readonly GroupInfo[]): string {
  const alone = groups.filter((other) => pascal(other.name) === pascal(name)).length === 1
  return `healthGroup${alone ? pascal(name) : `_${name}`}`
}

/** Makes the path items of probes and groups; with `deep` liveness that `?deep=true` turns into readiness. */
function reporter({ health, settings, names, parameters, responses }: Surroundings) {
  const groups = new Map<string, GroupInfo>(health.groups.map((group) => [group.name, group]))
  const levelsOf = (name: string): readonly Visibility[] => attainable(settings, health.visibilityOf(name))
  const reports = (name: string) =>
    responses.ofReport({ levels: levelsOf(name), statusCodes: groups.get(name)?.statusCodes })
  const whole = settings.formats.filter((format) => format.whole)

  return (operationId: string, name: string, { deep = false, base = false } = {}): object => {
    const limited = settings.rateLimit !== undefined && (deep || name !== 'liveness')
    return readingPath(settings, {
      operationId,
      summary: summaryOf(name),
      description: asks(groups.get(name)?.members ?? [], names),
      parameters: parameters.ofGroup(deep ? [parameters.deep()] : []),
      responses: responses.merged(
        reports(name),
        ...(deep ? [reports('readiness')] : []),
        // Formats whose readers expect all of the service there have statuses of its own.
        ...(base && whole.length > 0 ? [responses.ofReport({ levels: levelsOf(name), formats: whole })] : []),
        responses.ofReading(limited),
      ),
    })
  }
}

/** The path of one of these checks; undefined when there are none. */
function checkPath(
  { health, settings, names, parameters, responses }: Surroundings,
  members: readonly string[],
  operationId: string,
  summary: string,
): object | undefined {
  if (members.length === 0) return undefined
  const shown = members.filter((name) => names.shown.includes(name))
  const component = `${pascal(operationId)}Name`
  const unknown = responses.problem('HealthUnknown', 'There is no such check, and nothing else at this path.')
  return readingPath(settings, {
    operationId,
    summary,
    description: '',
    parameters: parameters.ofCheck(parameters.check(shown, shown.length === members.length, component)),
    responses: responses.merged(
      responses.ofReport({
        levels: together(members.map((name) => attainable(settings, health.visibilityOf(name)))),
      }),
      { 404: unknown },
      responses.ofReading(settings.rateLimit !== undefined),
    ),
  })
}

interface Reading {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly parameters: readonly Reference[]
  readonly responses: object
}

/** A path that answers GET; that it answers HEAD and OPTIONS likewise is said once, in the tag's description. */
export function readingPath(
  { token }: HandlerSettings,
  { description, parameters, responses, ...rest }: Reading,
): object {
  return {
    get: {
      tags: [tag],
      ...rest,
      ...(description !== '' && { description }),
      // Said in any case: within another document these paths would take on what is required of all of its own. Without
      // a token the answer is the same, only shorter.
      security: token === undefined ? [] : [{}, { healthToken: [] }],
      ...(parameters.length > 0 && { parameters }),
      responses,
    },
  }
}

function asks(members: readonly string[], { shown }: CheckNames): string {
  const told = members.filter((name) => shown.includes(name))
  return told.length === 0 ? '' : `Asks ${told.join(', ')}.`
}
