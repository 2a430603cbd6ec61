import { checkTypes } from '../definition/check-types/index.ts'
import { SERVE_PORT } from '../definition/defaults.ts'
import type { Definition } from '../definition/definition.ts'
import { defaultProbes } from '../definition/every-check.ts'
import { PROFILE_DEFAULTS, probePaths } from './defaults.ts'
import { isLoopback } from './loopback.ts'
import { serviceName } from './service-name.ts'
import type { CheckProfile, LocalOnly, ServiceProfile } from './service-profile.ts'

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
    port: told(port),
    servicePort: deploy.servicePort,
    // The thread's own port is never over TLS.
    tls: serve.tls !== undefined && port === servePort ? true : undefined,
    liveness: { path: paths.liveness, budgetMs: budgetOf('liveness') },
    readiness: { path: paths.readiness, budgetMs: budgetOf('readiness') },
    startup: { path: paths.startup, budgetMs: budgetOf('startup') },
    ...metricsOf(definition, port, servePort, paths.metrics),
    // Neither a kubelet nor most balancers ask gRPC over TLS, and all of them ask HTTP.
    grpcPort: serve.grpc?.tls === true ? undefined : told(serve.grpc?.port),
    agentPort: told(serve.haproxyAgent?.port),
    localOnly: localOnly({
      http: localHost('serve.host', serve.host),
      grpc: localHost('serve.grpc.host', serve.grpc?.host),
      agent: localHost('serve.haproxyAgent.host', serve.haproxyAgent?.host),
    }),
    replicas: deploy.replicas,
    startupMs: deploy.startupMs,
    drainDelayMs: deploy.drainDelayMs,
    drainsItself: beside ? false : undefined,
    inFlightMs: deploy.inFlightMs,
    checks: Object.entries(checks).flatMap(([key, entry]) => checkOf(key, entry)),
  })
}

/** A thread has no metrics; with a port of its own it leaves them to the main one. */
function metricsOf(
  { serve }: Definition,
  port: number,
  servePort: number,
  metricsPath: string,
): Pick<ServiceProfile, 'metricsPath' | 'metricsPort'> {
  if (serve.metrics !== true) return {}
  if (port === servePort) return { metricsPath }
  // One port over TLS and one without are more than a profile tells.
  const metricsPort = serve.tls === undefined ? told(servePort) : undefined
  return metricsPort === undefined ? {} : { metricsPath, metricsPort }
}

function localHost(setting: string, host: string | undefined): string | undefined {
  return host !== undefined && isLoopback(host) ? `${setting} ${host}` : undefined
}

function localOnly(by: { readonly [Means in keyof LocalOnly]: string | undefined }): LocalOnly | undefined {
  const known = Object.entries(by).filter(([, setting]) => setting !== undefined)
  return known.length === 0 ? undefined : Object.fromEntries(known)
}

/** Port 0 is any, which nobody can be told to ask. */
function told(port: number | undefined): number | undefined {
  return port === 0 ? undefined : port
}

function checkOf(name: string, entry: Definition['checks'][string]): readonly CheckProfile[] {
  if (entry.enabled === false) return []
  return [
    {
      name,
      type: entry.type,
      critical: entry.critical ?? checkTypes.get(entry.type)?.defaults?.critical ?? true,
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
