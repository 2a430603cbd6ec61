import type { ServiceProfile } from '../../../profile/service-profile.ts'
import { because, type Mapping, type Tree } from '../../text/reasoned.ts'
import { capitalized } from './container-definition.ts'
import { type BalancerKind, type TargetGroupCheck, targetProtocol } from './target-group.ts'

/** A name for a resource of CloudFormation, which allows letters and digits only. */
export function logicalName(name: string): string {
  return name.replace(/(?:^|-+)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** Names of target groups have 32 characters at most. */
export function shortName(name: string): string {
  return name.slice(0, 32).replace(/-+$/, '')
}

export function targetGroupResource(
  profile: ServiceProfile,
  kind: BalancerKind,
  check: TargetGroupCheck,
): Tree {
  const { name, port, servicePort = port, tls } = profile
  return {
    Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    Properties: {
      Name: shortName(name),
      VpcId: { Ref: 'Vpc' },
      TargetType: 'ip',
      Port: servicePort,
      Protocol: targetProtocol(profile, kind),
      HealthCheckEnabled: true,
      HealthCheckProtocol:
        kind === 'nlb' ? because(tls ? 'HTTPS' : 'HTTP', NLB_PROTOCOL_REASON) : tls ? 'HTTPS' : 'HTTP',
      HealthCheckPort: String(port),
      HealthCheckPath: check.path,
      HealthCheckIntervalSeconds: check.intervalSeconds,
      HealthCheckTimeoutSeconds: check.timeoutSeconds,
      HealthyThresholdCount: check.healthyThreshold,
      UnhealthyThresholdCount: check.unhealthyThreshold,
      Matcher: { HttpCode: check.matcher },
      TargetGroupAttributes: [
        {
          Key: 'deregistration_delay.timeout_seconds',
          Value: because(String(check.deregistrationSeconds.value), check.deregistrationSeconds.reason),
        },
      ],
    },
  }
}

export const NLB_PROTOCOL_REASON =
  'By TCP, which is the default, a process that listens is healthy, whatever it can do.'

/** The parameters that a template with a target group has. */
export const VPC_PARAMETER: Mapping = { Vpc: { Type: 'AWS::EC2::VPC::Id' } }

export function ecsTemplate(
  profile: ServiceProfile,
  kind: BalancerKind,
  check: TargetGroupCheck,
  containers: readonly Tree[],
): Tree {
  const { name, replicas, port, servicePort = port, startupMs } = profile
  const logical = logicalName(name)
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `${name}: task definition, service and target group with their health checks`,
    Parameters: {
      ...VPC_PARAMETER,
      Cluster: { Type: 'String' },
      Subnets: { Type: 'List<AWS::EC2::Subnet::Id>' },
      SecurityGroup: { Type: 'AWS::EC2::SecurityGroup::Id' },
      ExecutionRole: { Type: 'String', Description: 'ARN of the task execution role' },
    },
    Resources: {
      [`${logical}TargetGroup`]: targetGroupResource(profile, kind, check),
      [`${logical}Task`]: {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: {
          Family: name,
          RequiresCompatibilities: ['FARGATE'],
          NetworkMode: 'awsvpc',
          Cpu: '512',
          Memory: '1024',
          ExecutionRoleArn: { Ref: 'ExecutionRole' },
          ContainerDefinitions: containers.map(capitalized),
        },
      },
      [`${logical}Service`]: because(
        {
          Type: 'AWS::ECS::Service',
          Properties: {
            Cluster: { Ref: 'Cluster' },
            LaunchType: 'FARGATE',
            DesiredCount: replicas,
            TaskDefinition: { Ref: `${logical}Task` },
            ...capitalizedSettings(startupMs),
            LoadBalancers: [
              {
                ContainerName: name,
                ContainerPort: servicePort,
                TargetGroupArn: { Ref: `${logical}TargetGroup` },
              },
            ],
            NetworkConfiguration: {
              AwsvpcConfiguration: {
                Subnets: { Ref: 'Subnets' },
                SecurityGroups: [{ Ref: 'SecurityGroup' }],
              },
            },
          },
        },
        'The target group needs a listener of a load balancer before the service can be made: add DependsOn with its name when it is in the same template.',
      ),
    },
  }
}

function capitalizedSettings(startupMs: number): Mapping {
  return {
    HealthCheckGracePeriodSeconds: because(Math.ceil(startupMs / 1000) + 30, GRACE_REASON),
    DeploymentConfiguration: {
      MinimumHealthyPercent: because(100, ROLLING_REASON),
      MaximumPercent: 200,
      DeploymentCircuitBreaker: because({ Enable: true, Rollback: true }, CIRCUIT_REASON),
    },
  }
}

export const GRACE_REASON =
  'While a task starts, what the target group says of it does not count: the time of the start, and what registering takes.'
export const ROLLING_REASON = 'New tasks have to be healthy before old ones go.'
export const CIRCUIT_REASON = 'A version that never becomes healthy is given up, and the last one stays.'
