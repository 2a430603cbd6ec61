import type { ServiceProfile } from '../../profile/service-profile.ts'
import { balancerCheck, type Most, READINESS_REASON } from '../asking/balancer-check.ts'
import type { GeneratedFile, Target } from '../target.ts'
import { toBicep } from '../text/bicep.ts'
import { comment } from '../text/comment.ts'
import { Block, toHcl } from '../text/hcl.ts'
import { because, Expression, type Tree } from '../text/reasoned.ts'

/** A probe of Azure's load balancer takes no timeout, and asks every 5 s at the most. */
const LEAST_PERIOD_SECONDS = 5
/** Of an Application Gateway; a Load Balancer takes more. */
const MOST: Most = { who: 'Azure', period: 86_400, draining: 3600 }

export const azure: Target = {
  name: 'azure',
  summary: 'Azure Load Balancer and Application Gateway: their probes and draining',
  kind: 'cloud',
  forms: ['terraform', 'bicep'],
  files(profile, { form = 'terraform' }) {
    return form === 'bicep' ? [bicep(profile)] : terraform(profile)
  },
}

/** What both forms say, each in its own words: the probes of both, and the gateway's settings of the backend. */
function settings(profile: ServiceProfile) {
  const asked = balancerCheck(profile, MOST, { leastPeriodSeconds: LEAST_PERIOD_SECONDS })
  const askedByGateway = balancerCheck(profile, MOST)
  const { port, servicePort = port, tls, readiness, inFlightMs } = profile
  const apart = servicePort !== port
  const probe = {
    name: `${profile.name}-ready`,
    protocol: tls ? 'Https' : 'Http',
    path: because(readiness.path, READINESS_REASON),
  }
  return {
    balancer: { ...probe, port, interval: asked.intervalSeconds, failures: asked.unhealthyThreshold },
    gateway: {
      ...probe,
      interval: askedByGateway.intervalSeconds,
      timeout: askedByGateway.timeoutSeconds,
      failures: askedByGateway.unhealthyThreshold,
      host: because(profile.name, GATEWAY_HOST_REASON),
      port: apart ? because(port, GATEWAY_PORT_REASON) : undefined,
      statuses: because(['200'], STATUS_REASON),
    },
    backend: {
      port: servicePort,
      protocol: tls && apart ? because('Http', APART_REASON) : probe.protocol,
      requestTimeout: because(
        Math.ceil(inFlightMs / 1000) + 1,
        `Requests take ${inFlightMs} ms at the longest; unsaid it is 20 s.`,
      ),
      draining: asked.drainingSeconds,
    },
  }
}

const GATEWAY_HOST_REASON =
  'The Host that the probe says, and whose certificate it wants over TLS. Not picked from the settings: those would have to name one.'
const GATEWAY_PORT_REASON = 'Not that of the settings, to which requests go (Basic and v2 gateways).'
const APART_REASON =
  'THE GATEWAY ASKS AS IT SENDS REQUESTS: it wants the protocol of its probe here. Answer health without TLS, or on the port of the service too.'
const STATUS_REASON = 'Unsaid, 200 to 399 pass: a redirect to a login page would be healthy.'

function terraform(profile: ServiceProfile): readonly GeneratedFile[] {
  const { balancer, gateway, backend } = settings(profile)
  const resource = profile.name.replaceAll('-', '_')
  const balancerText = toHcl([
    {
      variable: new Block(['loadbalancer_id'], {
        type: new Expression('string'),
        description: 'Azure Load Balancer',
      }),
    },
    {
      resource: new Block(
        ['azurerm_lb_probe', resource],
        {
          name: balancer.name,
          loadbalancer_id: new Expression('var.loadbalancer_id'),
          protocol: balancer.protocol,
          port: balancer.port,
          request_path: balancer.path,
          interval_in_seconds: balancer.interval,
          probe_threshold: balancer.failures,
        },
        `An azurerm_lb_rule uses it by probe_id = azurerm_lb_probe.${resource}.id.`,
      ),
    },
  ])
  const gatewayText = toHcl([
    {
      locals: new Block([], {
        [`${resource}_gateway_probe`]: because(
          {
            name: gateway.name,
            protocol: gateway.protocol,
            path: gateway.path,
            interval: gateway.interval,
            timeout: gateway.timeout,
            unhealthy_threshold: gateway.failures,
            host: gateway.host,
            port: gateway.port,
            status_code: gateway.statuses,
          },
          `For the probe block of azurerm_application_gateway: name = local.${resource}_gateway_probe.name and so on, status_code in its match block.`,
        ),
        [`${resource}_backend_http_settings`]: because(
          {
            port: backend.port,
            protocol: backend.protocol,
            probe_name: gateway.name,
            request_timeout: backend.requestTimeout,
            drain_timeout_sec: backend.draining,
          },
          'For its backend_http_settings block, the last in a connection_draining block with enabled = true.',
        ),
      }),
    },
  ])
  return [
    { path: 'load-balancer.tf', text: balancerText, language: 'hcl' },
    { path: 'application-gateway.tf', text: gatewayText, language: 'hcl' },
  ]
}

function bicep(profile: ServiceProfile): GeneratedFile {
  const { balancer, gateway, backend } = settings(profile)
  const balancerProbe: Tree = {
    name: balancer.name,
    properties: {
      protocol: balancer.protocol,
      port: balancer.port,
      requestPath: balancer.path,
      intervalInSeconds: balancer.interval,
      probeThreshold: balancer.failures,
    },
  }
  const gatewayProbe: Tree = {
    name: gateway.name,
    properties: {
      protocol: gateway.protocol,
      path: gateway.path,
      interval: gateway.interval,
      timeout: gateway.timeout,
      unhealthyThreshold: gateway.failures,
      host: gateway.host,
      port: gateway.port,
      match: { statusCodes: gateway.statuses },
    },
  }
  const backendSettings: Tree = {
    port: backend.port,
    protocol: backend.protocol,
    requestTimeout: backend.requestTimeout,
    connectionDraining: { enabled: true, drainTimeoutInSec: backend.draining },
  }
  const text = [
    comment('In the properties of a Microsoft.Network/loadBalancers: probes: [loadBalancerProbe].', {
      prefix: '//',
    }),
    `var loadBalancerProbe = ${toBicep(balancerProbe)}\n\n`,
    comment('In those of a Microsoft.Network/applicationGateways: probes: [applicationGatewayProbe].', {
      prefix: '//',
    }),
    `var applicationGatewayProbe = ${toBicep(gatewayProbe)}\n\n`,
    comment(
      'In the properties of its backendHttpSettingsCollection, by union() with what else is there; probe: { id: resourceId(…) } names the probe above.',
      { prefix: '//' },
    ),
    `var backendHttpSettings = ${toBicep(backendSettings)}\n\n`,
    'output loadBalancerProbe object = loadBalancerProbe\n',
    'output applicationGatewayProbe object = applicationGatewayProbe\n',
    'output backendHttpSettings object = backendHttpSettings\n',
  ].join('')
  return { path: 'probes.bicep', text, language: 'bicep' }
}
