import { actuatorFormats, actuatorJson } from '../formats/actuator.ts'
import { prometheusFormats } from '../formats/prometheus.ts'
import { actuatorIndexSchema } from '../schema/index.ts'
import type { Bodies } from './bodies.ts'
import type { Components } from './components.ts'
import { type Paths, readingPath, type Surroundings } from './probe-paths.ts'

/** The path of the metrics; none when they are off. */
export function metricsPath({ settings, responses }: Surroundings, bodies: Bodies): Paths {
  const { basePath, metrics, rateLimit } = settings
  if (!metrics) return {}
  return {
    [`${basePath}/metrics`]: readingPath(settings, {
      operationId: 'healthMetrics',
      summary: 'Everything that is known, for Prometheus',
      description: 'Runs no check.',
      parameters: [],
      responses: {
        200: { description: 'The metrics.', content: bodies.content(prometheusFormats, []) },
        ...responses.ofReading(rateLimit !== undefined),
      },
    }),
  }
}

const formats = [...actuatorFormats, actuatorJson]

/** Spring Boot's paths; none when they are off. */
export function actuatorPaths(surroundings: Surroundings, components: Components): Paths {
  const { health, settings, names, parameters, responses } = surroundings
  if (settings.actuator === undefined) return {}
  const { basePath } = settings.actuator
  const schema = components.useSchema('HealthActuatorIndex', actuatorIndexSchema)
  const reading = responses.ofReading(settings.rateLimit !== undefined)
  const name = 'HealthActuator'
  const whole = responses.ofReport({ levels: [], formats, name })
  const ofGroups = health.groups.map(({ statusCodes }) =>
    responses.ofReport({ levels: [], statusCodes, formats, name }),
  )
  const unknown = {
    404: responses.problem('HealthUnknown', 'There is no such check, and nothing else at this path.'),
  }
  const groups = health.groups.map((group) => group.name)
  const all = names.shown.length === names.all.length
  const path = (
    operationId: string,
    summary: string,
    given: Parameters<typeof readingPath>[1]['parameters'],
  ) =>
    readingPath(settings, {
      operationId,
      summary,
      description: '',
      parameters: parameters.ofForeign(given),
      responses: responses.merged(whole, ...(given.length > 0 ? [...ofGroups, unknown] : []), reading),
    })
  const group = parameters.check(groups, true, `${name}Group`, 'group')
  const component = parameters.check([...groups, ...names.shown], all, `${name}Component`, 'component')
  const member = parameters.check(names.shown, all, `${name}Member`, 'component')
  const index = Object.fromEntries(formats.map(({ mediaType }) => [mediaType, { schema }]))
  return {
    [basePath === '' ? '/' : basePath]: readingPath(settings, {
      operationId: 'healthActuator',
      summary: "The index of Spring Boot's actuator",
      description: '',
      parameters: [],
      responses: { 200: { description: 'What there is.', content: index }, ...reading },
    }),
    [`${basePath}/health`]: path('healthActuatorHealth', 'All of the service', []),
    [`${basePath}/health/{component}`]: path('healthActuatorComponent', 'A group or a check', [component]),
    ...(names.all.length > 0 && {
      [`${basePath}/health/{group}/{component}`]: path('healthActuatorMember', 'A check of a group', [
        group,
        member,
      ]),
    }),
  }
}
