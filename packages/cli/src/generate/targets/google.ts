import type { ServiceProfile } from '../../profile/service-profile.ts'
import { balancerCheck, type Most, READINESS_REASON } from '../asking/balancer-check.ts'
import type { GeneratedFile, Target } from '../target.ts'
import { Block, toHcl } from '../text/hcl.ts'
import { because, type Mapping } from '../text/reasoned.ts'
import { toYaml } from '../text/yaml.ts'

export const google: Target = {
  name: 'google',
  summary: 'Google Cloud load balancing: BackendConfig, HealthCheckPolicy, or Terraform',
  kind: 'cloud',
  forms: ['backendconfig', 'healthcheckpolicy', 'terraform'],
  files(profile, { form = 'backendconfig' }) {
    if (form === 'terraform') return [terraform(profile)]
    return form === 'healthcheckpolicy' ? policies(profile) : [backendConfig(profile)]
  },
}

const MOST: Most = { who: 'Google', period: 300, draining: 3600 }

function thresholds(profile: ServiceProfile): Mapping {
  const check = balancerCheck(profile, MOST)
  return {
    checkIntervalSec: check.intervalSeconds,
    timeoutSec: check.timeoutSeconds,
    unhealthyThreshold: check.unhealthyThreshold,
    healthyThreshold: check.healthyThreshold,
  }
}

/** For GKE's Ingress; without it the load balancer guesses from the readiness probe, once, when it is made. */
function backendConfig(profile: ServiceProfile): GeneratedFile {
  const { name, port, tls, readiness } = profile
  const text = toYaml(
    {
      apiVersion: 'cloud.google.com/v1',
      kind: 'BackendConfig',
      metadata: { name },
      spec: {
        healthCheck: {
          type: tls ? 'HTTPS' : 'HTTP',
          requestPath: because(readiness.path, READINESS_REASON),
          port: because(port, 'Of the container, not of the Service.'),
          ...thresholds(profile),
        },
        connectionDraining: { drainingTimeoutSec: balancerCheck(profile, MOST).drainingSeconds },
      },
    },
    backendConfigHead(profile),
  )
  return { path: 'backend-config.yaml', text, language: 'yaml' }
}

function backendConfigHead({ name, tls, port, servicePort = port }: ServiceProfile): string {
  return [
    "For GKE's Ingress. The Service names it in its annotations:",
    `  cloud.google.com/backend-config: '{"default": "${name}"}'`,
    `  cloud.google.com/neg: '{"ingress": true}'`,
    ...(tls && servicePort === port
      ? [
          `  cloud.google.com/app-protocols: '{"http": "HTTPS"}' (by the name of its port; unsaid, requests go in HTTP)`,
        ]
      : []),
    'Without it the health check is taken from the readiness probe once, when the load balancer is made.',
  ].join('\n')
}

/** For GKE's Gateway, which does not look at readiness probes at all. */
function policies(profile: ServiceProfile): readonly GeneratedFile[] {
  const { name, port, servicePort = port, tls, readiness } = profile
  const targetRef = { group: '', kind: 'Service', name }
  const asked = {
    portSpecification: 'USE_FIXED_PORT',
    port: because(port, 'Of the container, not of the Service.'),
    requestPath: because(readiness.path, READINESS_REASON),
  }
  const health = toYaml(
    {
      apiVersion: 'networking.gke.io/v1',
      kind: 'HealthCheckPolicy',
      metadata: { name },
      spec: {
        default: {
          ...thresholds(profile),
          config: tls ? { type: 'HTTPS', httpsHealthCheck: asked } : { type: 'HTTP', httpHealthCheck: asked },
        },
        targetRef,
      },
    },
    `For GKE's Gateway, which asks GET / where nothing else is said.${tls && servicePort === port ? ' The port of the Service says appProtocol: HTTPS; unsaid, requests go in HTTP.' : ''}`,
  )
  const backend = toYaml({
    apiVersion: 'networking.gke.io/v1',
    kind: 'GCPBackendPolicy',
    metadata: { name },
    spec: {
      default: { connectionDraining: { drainingTimeoutSec: balancerCheck(profile, MOST).drainingSeconds } },
      targetRef,
    },
  })
  return [
    { path: 'health-check-policy.yaml', text: health, language: 'yaml' },
    { path: 'backend-policy.yaml', text: backend, language: 'yaml' },
  ]
}

function terraform(profile: ServiceProfile): GeneratedFile {
  const { name, port, tls, readiness } = profile
  const check = balancerCheck(profile, MOST)
  const asked = new Block([], { port, request_path: because(readiness.path, READINESS_REASON) })
  const block = new Block(
    ['google_compute_health_check', name.replaceAll('-', '_')],
    {
      name,
      check_interval_sec: check.intervalSeconds,
      timeout_sec: check.timeoutSeconds,
      unhealthy_threshold: check.unhealthyThreshold,
      healthy_threshold: check.healthyThreshold,
      ...(tls ? { https_health_check: asked } : { http_health_check: asked }),
      log_config: new Block(
        [],
        { enable: true },
        'Each change of state becomes a log line: when, and what was answered.',
      ),
    },
    `The google_compute_backend_service in front of it says health_checks = [google_compute_health_check.${name.replaceAll('-', '_')}.id] and connection_draining_timeout_sec = ${check.drainingSeconds.value}. Not for auto-healing of instance groups: that restarts, and asks ${profile.liveness.path}.`,
  )
  return { path: 'health-check.tf', text: toHcl([{ resource: block }]), language: 'hcl' }
}
