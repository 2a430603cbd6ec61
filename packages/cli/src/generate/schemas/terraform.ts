import { ecsContainer } from './containers.ts'
import { closed, flag, integer, label, listOf, oneOf, path, port, type Schema, text } from './schema.ts'

/** Arguments of the resources that are generated, by the providers' documentation; an expression stands as `{ $: … }`. */
const expression: Schema = closed({ $: text }, ['$'])
const seconds = integer(1, 300)
const threshold = integer(1, 10)
const googleAsked = closed({ port, request_path: path })

export const terraformResources: { readonly [type: string]: Schema } = {
  aws_lb_target_group: closed(
    {
      name: { type: 'string', pattern: '^(?!-)[A-Za-z0-9-]{1,32}(?<!-)$' },
      vpc_id: expression,
      target_type: oneOf('ip', 'instance'),
      port,
      protocol: oneOf('HTTP', 'HTTPS', 'TCP', 'TLS'),
      deregistration_delay: integer(0, 3600),
      health_check: closed({
        protocol: oneOf('HTTP', 'HTTPS', 'TCP'),
        port: { type: 'string', pattern: '^(\\d+|traffic-port)$' },
        path,
        interval: integer(5, 300),
        timeout: integer(2, 120),
        healthy_threshold: integer(2, 10),
        unhealthy_threshold: integer(2, 10),
        matcher: text,
      }),
    },
    ['port', 'protocol', 'vpc_id'],
  ),
  aws_ecs_task_definition: closed(
    {
      family: text,
      requires_compatibilities: listOf(oneOf('FARGATE', 'EC2')),
      network_mode: oneOf('awsvpc'),
      cpu: integer(256),
      memory: integer(512),
      execution_role_arn: expression,
      container_definitions: closed({ jsonencode: listOf(ecsContainer) }, ['jsonencode']),
    },
    ['family', 'container_definitions'],
  ),
  aws_ecs_service: closed(
    {
      name: text,
      cluster: expression,
      launch_type: oneOf('FARGATE', 'EC2'),
      desired_count: integer(0),
      task_definition: expression,
      health_check_grace_period_seconds: integer(0),
      deployment_minimum_healthy_percent: integer(0, 100),
      deployment_maximum_percent: integer(100, 200),
      deployment_circuit_breaker: closed({ enable: flag, rollback: flag }, ['enable', 'rollback']),
      load_balancer: closed({ container_name: text, container_port: port, target_group_arn: expression }),
      network_configuration: closed({ subnets: expression, security_groups: expression }, ['subnets']),
    },
    ['name'],
  ),
  google_compute_health_check: closed(
    {
      name: label,
      check_interval_sec: seconds,
      timeout_sec: seconds,
      healthy_threshold: threshold,
      unhealthy_threshold: threshold,
      http_health_check: googleAsked,
      https_health_check: googleAsked,
      log_config: closed({ enable: flag }),
    },
    ['name'],
  ),
  azurerm_lb_probe: closed(
    {
      name: text,
      loadbalancer_id: expression,
      protocol: oneOf('Http', 'Https', 'Tcp'),
      port,
      request_path: path,
      interval_in_seconds: integer(5),
      probe_threshold: integer(1, 100),
    },
    ['name', 'loadbalancer_id', 'port'],
  ),
}

/** In the words of Azure's resource manager, for what Bicep puts into arrays of a resource. */
export const azureObjects: { readonly [name: string]: Schema } = {
  loadBalancerProbe: closed({
    name: text,
    properties: closed({
      protocol: oneOf('Http', 'Https', 'Tcp'),
      port,
      requestPath: path,
      intervalInSeconds: integer(5),
      probeThreshold: integer(1, 100),
    }),
  }),
  applicationGatewayProbe: closed({
    name: text,
    properties: closed({
      protocol: oneOf('Http', 'Https'),
      path,
      interval: integer(1, 86_400),
      timeout: integer(1, 86_400),
      unhealthyThreshold: integer(1, 20),
      host: text,
      port,
      match: closed({ statusCodes: listOf({ type: 'string', pattern: '^\\d{3}(-\\d{3})?$' }) }),
    }),
  }),
  backendHttpSettings: closed({
    port,
    protocol: oneOf('Http', 'Https'),
    requestTimeout: integer(1, 86_400),
    connectionDraining: closed({ enabled: flag, drainTimeoutInSec: integer(1, 3600) }),
  }),
}
