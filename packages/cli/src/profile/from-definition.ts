import type { Definition } from '../definition/definition.ts'
import { defaultProbes } from '../definition/every-check.ts'
import { PROFILE_DEFAULTS, probePaths } from './defaults.ts'
import { serviceName } from './service-name.ts'
import type { CheckProfile, ServiceProfile } from './service-profile.ts'

/** `hale serve`'s own. */
const SERVE_PORT = 9400

/** What hale.yaml says of its service; what it leaves out is left out. */
export function fromDefinition(definition: Definition): Partial<ServiceProfile> {
  const { service, serve, deploy, checks, groups } = definition
  const { basePath = PROFILE_DEFAULTS.basePath, offLoop } = serve
  const paths = probePaths(basePath)
  const budgetOf = (probe: string): number =>
    groups[probe]?.budgetMs ?? definition.budgetMs ?? PROFILE_DEFAULTS.budgetMs
  const servePort = serve.port ?? SERVE_PORT
  const port = (typeof offLoop === 'object' ? offLoop.port : undefined) ?? servePort
  const name = service.name === undefined ? undefined : serviceName(service.name)
  // Whoever has another port has no endpoint of its own, so nothing of hale in it that would drain.
  const beside = deploy.servicePort !== undefined && deploy.servicePort !== servePort
  return withoutUndefined({
    name,
    version: service.version,
    image: deploy.image,
    port,
    servicePort: deploy.servicePort,
    // The thread's own port is never over TLS.
    tls: serve.tls !== undefined && port === servePort ? true : undefined,
    liveness: { path: paths.liveness, budgetMs: budgetOf('liveness') },
    readiness: { path: paths.readiness, budgetMs: budgetOf('readiness') },
    startup: { path: paths.startup, budgetMs: budgetOf('startup') },
    metricsPath: serve.metrics === true && port === servePort ? paths.metrics : undefined,
    grpcPort: serve.grpc?.port,
    agentPort: serve.haproxyAgent?.port,
    replicas: deploy.replicas,
    startupMs: deploy.startupMs,
    drainDelayMs: deploy.drainDelayMs,
    drainsItself: beside ? false : undefined,
    inFlightMs: deploy.inFlightMs,
    checks: Object.entries(checks).flatMap(([key, entry]) => checkOf(key, entry)),
  })
}

function checkOf(name: string, entry: Definition['checks'][string]): readonly CheckProfile[] {
  if (entry.enabled === false) return []
  return [
    {
      name,
      type: entry.type,
      critical: entry.critical ?? true,
      timeoutMs: entry.timeoutMs ?? PROFILE_DEFAULTS.checkTimeoutMs,
      probes: entry.probes ?? defaultProbes,
    },
  ]
}

function withoutUndefined(
  profile: { readonly [Key in keyof ServiceProfile]?: ServiceProfile[Key] | undefined },
): Partial<ServiceProfile> {
  return Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined))
}
