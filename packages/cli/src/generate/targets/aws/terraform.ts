import type { ServiceProfile } from '../../../profile/service-profile.ts'
import { Block } from '../../text/hcl.ts'
import { because, Call, Expression, type Tree } from '../../text/reasoned.ts'
import {
  CIRCUIT_REASON,
  GRACE_REASON,
  NLB_PROTOCOL_REASON,
  ROLLING_REASON,
  shortName,
} from './cloudformation.ts'
import { type BalancerKind, type TargetGroupCheck, targetProtocol } from './target-group.ts'

type NamedBlock = { readonly [type: string]: Block }

/** A name for a resource of Terraform. */
function resourceName(name: string): string {
  return name.replaceAll('-', '_')
}

export function variable(name: string, type: string, description: string): NamedBlock {
  return { variable: new Block([name], { type: new Expression(type), description }) }
}

export function targetGroupBlock(
  profile: ServiceProfile,
  kind: BalancerKind,
  check: TargetGroupCheck,
): NamedBlock {
  const { name, port, servicePort = port, tls } = profile
  const protocol = tls ? 'HTTPS' : 'HTTP'
  return {
    resource: new Block(['aws_lb_target_group', resourceName(name)], {
      name: shortName(name),
      vpc_id: new Expression('var.vpc_id'),
      target_type: 'ip',
      port: servicePort,
      protocol: targetProtocol(profile, kind),
      deregistration_delay: check.deregistrationSeconds,
      health_check: new Block([], {
        protocol: kind === 'nlb' ? because(protocol, NLB_PROTOCOL_REASON) : protocol,
        port: String(port),
        path: check.path,
        interval: check.intervalSeconds,
        timeout: check.timeoutSeconds,
        healthy_threshold: check.healthyThreshold,
        unhealthy_threshold: check.unhealthyThreshold,
        matcher: check.matcher,
      }),
    }),
  }
}

export function ecsBlocks(
  profile: ServiceProfile,
  kind: BalancerKind,
  check: TargetGroupCheck,
  containers: readonly Tree[],
): readonly NamedBlock[] {
  const { name, replicas, port, servicePort = port, startupMs } = profile
  const resource = resourceName(name)
  return [
    variable('vpc_id', 'string', 'VPC of the target group'),
    variable('cluster_arn', 'string', 'ECS cluster'),
    variable('subnet_ids', 'list(string)', 'Subnets of the tasks'),
    variable('security_group_ids', 'list(string)', 'Security groups of the tasks'),
    variable('execution_role_arn', 'string', 'Task execution role'),
    targetGroupBlock(profile, kind, check),
    {
      resource: new Block(['aws_ecs_task_definition', resource], {
        family: name,
        requires_compatibilities: ['FARGATE'],
        network_mode: 'awsvpc',
        cpu: 512,
        memory: 1024,
        execution_role_arn: new Expression('var.execution_role_arn'),
        container_definitions: new Call('jsonencode', containers),
      }),
    },
    {
      resource: new Block(
        ['aws_ecs_service', resource],
        {
          name,
          cluster: new Expression('var.cluster_arn'),
          launch_type: 'FARGATE',
          desired_count: replicas,
          task_definition: new Expression(`aws_ecs_task_definition.${resource}.arn`),
          health_check_grace_period_seconds: because(Math.ceil(startupMs / 1000) + 30, GRACE_REASON),
          deployment_minimum_healthy_percent: because(100, ROLLING_REASON),
          deployment_maximum_percent: 200,
          deployment_circuit_breaker: new Block([], { enable: true, rollback: true }, CIRCUIT_REASON),
          load_balancer: new Block([], {
            container_name: name,
            container_port: servicePort,
            target_group_arn: new Expression(`aws_lb_target_group.${resource}.arn`),
          }),
          network_configuration: new Block([], {
            subnets: new Expression('var.subnet_ids'),
            security_groups: new Expression('var.security_group_ids'),
          }),
        },
        'The target group needs a listener of a load balancer before the service can be made: depends_on it.',
      ),
    },
  ]
}
