import type { HealthSource } from '../core/health.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { actuatorTarget } from './actuator/actuator-target.ts'
import type { ControlledSource } from './admin/admin-endpoint.ts'
import { type Endpoint, LoadedEndpoint } from './endpoint.ts'
import type { ProbeAnswers } from './probes/probe-answers.ts'
import type { Serving } from './serving.ts'

/** The endpoints that are switched on by an option; a probe pays for none of them, nor does who switches none on. */
export function optionalEndpoints(serving: Serving, probes: ProbeAnswers): readonly Endpoint[] {
  const { health, settings } = serving
  const { actuator, admin, basePath, formats, metrics, openapi } = settings
  const endpoints: Endpoint[] = []
  if (metrics) {
    const load = async () => new (await import('./metrics/metrics-endpoint.ts')).MetricsEndpoint(serving)
    endpoints.push(new LoadedEndpoint((path) => isAt(path, `${basePath}/metrics`), load))
  }
  if (openapi.served) {
    const schema = formats.some(({ name }) => name === 'json')
    const owns = (path: string) =>
      isAt(path, `${basePath}/openapi.json`) || (schema && isAt(path, `${basePath}/schema.json`))
    const load = async () => new (await import('./openapi/document-endpoint.ts')).DocumentEndpoint(serving)
    endpoints.push(new LoadedEndpoint(owns, load))
  }
  if (actuator !== undefined) {
    const owns = (path: string) => actuatorTarget(health, actuator.basePath, path) !== undefined
    const load = async () =>
      new (await import('./actuator/actuator-endpoint.ts')).ActuatorEndpoint(serving, actuator, probes)
    endpoints.push(new LoadedEndpoint(owns, load))
  }
  if (admin !== undefined) {
    const source = controlled(health)
    const root = `${basePath}/admin`
    const load = async () =>
      new (await import('./admin/admin-endpoint.ts')).AdminEndpoint(source, admin, root)
    endpoints.push(new LoadedEndpoint((path) => path === root || path.startsWith(`${root}/`), load))
  }
  return endpoints
}

/** With or without a slash at its end. */
function isAt(path: string, own: string): boolean {
  return path === own || path === `${own}/`
}

function controlled(health: HealthSource): ControlledSource {
  if (typeof (health as Partial<ControlledSource>).control === 'object') return health as ControlledSource
  throw new ConfigurationError('health handler', [
    'admin: only what createHealth returns can be changed; serve /health/admin where the checks are',
  ])
}
