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

/** What both of them need, in the words of Azure's API. */
function settings(profile: ServiceProfile) {
  const check = balancerCheck(profile, MOST, { leastPeriodSeconds: LEAST_PERIOD_SECONDS })
  const gateway = balancerCheck(profile, MOST)
  const { port, servicePort = port, tls, readiness, inFlightMs, name } = profile
  const apart = servicePort !== port
  return {
    check,
    gateway,
    port,
    servicePort,
    gatewayPort: apart ? because(port, GATEWAY_PORT_REASON) : undefined,
    gatewayHost: because(name, GATEWAY_HOST_REASON),
    probeName: `${name}-ready`,
    protocol: tls ? 'Https' : 'Http',
    serviceProtocol: tls && apart ? because('Http', APART_REASON) : tls ? 'Https' : 'Http',
    path: because(readiness.path, READINESS_REASON),
    requestTimeout: because(
      Math.ceil(inFlightMs / 1000) + 1,
      `Requests take ${inFlightMs} ms at the longest; unsaid it is 20 s.`,
    ),
  }
}

const GATEWAY_HOST_REASON =
  'The Host that the probe says, and whose certificate it wants over TLS. Not picked from the settings: those would have to name one.'
const GATEWAY_PORT_REASON = 'Not that of the settings, to which requests go (Basic and v2 gateways).'
const APART_REASON =
  'THE GATEWAY ASKS AS IT SENDS REQUESTS: it wants the protocol of its probe here. Answer health without TLS, or on the port of the service too.'
const STATUS_REASON = 'Unsaid, 200 to 399 pass: a redirect to a login page would be healthy.'

function terraform(profile: ServiceProfile): readonly GeneratedFile[] {
  const {
    check,
    gateway: asked,
    port,
    servicePort,
    probeName,
    protocol,
    path,
    ...gateways
  } = settings(profile)
  const resource = profile.name.replaceAll('-', '_')
  const balancer = toHcl([
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
          name: probeName,
          loadbalancer_id: new Expression('var.loadbalancer_id'),
          protocol,
          port,
          request_path: path,
          interval_in_seconds: check.intervalSeconds,
          probe_threshold: check.unhealthyThreshold,
        },
        `An azurerm_lb_rule uses it by probe_id = azurerm_lb_probe.${resource}.id.`,
      ),
    },
  ])
  const gateway = toHcl([
    {
      locals: new Block([], {
        [`${resource}_gateway_probe`]: because(
          {
            name: probeName,
            protocol,
            path,
            interval: asked.intervalSeconds,
            timeout: asked.timeoutSeconds,
            unhealthy_threshold: asked.unhealthyThreshold,
            host: gateways.gatewayHost,
            port: gateways.gatewayPort,
            status_code: because(['200'], STATUS_REASON),
          },
          `For the probe block of azurerm_application_gateway: name = local.${resource}_gateway_probe.name and so on, status_code in its match block.`,
        ),
        [`${resource}_backend_http_settings`]: because(
          {
            port: servicePort,
            protocol: gateways.serviceProtocol,
            probe_name: probeName,
            request_timeout: gateways.requestTimeout,
            drain_timeout_sec: check.drainingSeconds,
          },
          'For its backend_http_settings block, the last in a connection_draining block with enabled = true.',
        ),
      }),
    },
  ])
  return [
    { path: 'load-balancer.tf', text: balancer, language: 'hcl' },
    { path: 'application-gateway.tf', text: gateway, language: 'hcl' },
  ]
}

function bicep(profile: ServiceProfile): GeneratedFile {
  const {
    check,
    gateway: asked,
    port,
    servicePort,
    probeName,
    protocol,
    path,
    ...gateways
  } = settings(profile)
  const balancerProbe: Tree = {
    name: probeName,
    properties: {
      protocol,
      port,
      requestPath: path,
      intervalInSeconds: check.intervalSeconds,
      probeThreshold: check.unhealthyThreshold,
    },
  }
  const gatewayProbe: Tree = {
    name: probeName,
    properties: {
      protocol,
      path,
      interval: asked.intervalSeconds,
      timeout: asked.timeoutSeconds,
      unhealthyThreshold: asked.unhealthyThreshold,
      host: gateways.gatewayHost,
      port: gateways.gatewayPort,
      match: { statusCodes: because(['200'], STATUS_REASON) },
    },
  }
  const backend: Tree = {
    port: servicePort,
    protocol: gateways.serviceProtocol,
    requestTimeout: gateways.requestTimeout,
    connectionDraining: { enabled: true, drainTimeoutInSec: check.drainingSeconds },
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
    `var backendHttpSettings = ${toBicep(backend)}\n\n`,
    'output loadBalancerProbe object = loadBalancerProbe\n',
    'output applicationGatewayProbe object = applicationGatewayProbe\n',
    'output backendHttpSettings object = backendHttpSettings\n',
  ].join('')
  return { path: 'probes.bicep', text, language: 'bicep' }
}
