import { ecsContainer } from './containers.ts'
import {
  closed,
  flag,
  integer,
  label,
  listOf,
  mapOf,
  oneOf,
  path,
  port,
  type Schema,
  text,
} from './schema.ts'

/** GKE: Ingress and Gateway. The timeout is at most the interval, which a schema cannot say: the tests do. */
const google = { seconds: integer(1, 300), threshold: integer(1, 10) }
const thresholds = {
  checkIntervalSec: google.seconds,
  timeoutSec: google.seconds,
  healthyThreshold: google.threshold,
  unhealthyThreshold: google.threshold,
}
const kinds = (apiVersion: string, kind: string, spec: Schema): Schema =>
  closed(
    { apiVersion: oneOf(apiVersion), kind: oneOf(kind), metadata: closed({ name: label }, ['name']), spec },
    ['apiVersion', 'kind', 'metadata', 'spec'],
  )
const draining = closed({ drainingTimeoutSec: integer(0, 3600) })
const targetRef = closed({ group: oneOf(''), kind: oneOf('Service'), name: label }, ['group', 'kind', 'name'])
const asked = closed({ portSpecification: oneOf('USE_FIXED_PORT'), port, requestPath: path })

export const backendConfig: Schema = kinds(
  'cloud.google.com/v1',
  'BackendConfig',
  closed({
    healthCheck: closed({ type: oneOf('HTTP', 'HTTPS', 'HTTP2'), requestPath: path, port, ...thresholds }),
    connectionDraining: draining,
  }),
)

export const healthCheckPolicy: Schema = kinds(
  'networking.gke.io/v1',
  'HealthCheckPolicy',
  closed(
    {
      default: closed({
        ...thresholds,
        config: {
          ...closed({ type: oneOf('HTTP', 'HTTPS'), httpHealthCheck: asked, httpsHealthCheck: asked }, [
            'type',
          ]),
          oneOf: [{ required: ['httpHealthCheck'] }, { required: ['httpsHealthCheck'] }],
        },
      }),
      targetRef,
    },
    ['targetRef'],
  ),
)

export const backendPolicy: Schema = kinds(
  'networking.gke.io/v1',
  'GCPBackendPolicy',
  closed({ default: closed({ connectionDraining: draining }), targetRef }, ['targetRef']),
)

const ref: Schema = closed({ Ref: text }, ['Ref'])
const capitalized = (schema: Schema): Schema => {
  const { properties, required, items, ...rest } = schema
  return {
    ...rest,
    ...(items !== undefined && { items: capitalized(items as Schema) }),
    ...(required !== undefined && { required: (required as string[]).map(upper) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties as { [name: string]: Schema }).map(([name, value]) => [
          upper(name),
          capitalized(value),
        ]),
      ),
    }),
  }
}
const upper = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

const resources: { readonly [type: string]: Schema } = {
  'AWS::ElasticLoadBalancingV2::TargetGroup': closed(
    {
      Name: { type: 'string', pattern: '^(?!-)[A-Za-z0-9-]{1,32}(?<!-)$' },
      VpcId: ref,
      TargetType: oneOf('ip', 'instance'),
      Port: port,
      Protocol: oneOf('HTTP', 'HTTPS', 'TCP', 'TLS'),
      HealthCheckEnabled: flag,
      HealthCheckProtocol: oneOf('HTTP', 'HTTPS', 'TCP'),
      HealthCheckPort: { type: 'string', pattern: '^(\\d+|traffic-port)$' },
      HealthCheckPath: path,
      HealthCheckIntervalSeconds: integer(5, 300),
      HealthCheckTimeoutSeconds: integer(2, 120),
      HealthyThresholdCount: integer(2, 10),
      UnhealthyThresholdCount: integer(2, 10),
      Matcher: closed({ HttpCode: { type: 'string', pattern: '^[2-4]\\d\\d([,-][2-4]\\d\\d)*$' } }),
      TargetGroupAttributes: listOf(
        closed({
          Key: oneOf('deregistration_delay.timeout_seconds'),
          Value: { type: 'string', pattern: '^\\d+$' },
        }),
      ),
    },
    ['VpcId', 'Port', 'Protocol'],
  ),
  'AWS::ECS::TaskDefinition': closed({
    Family: text,
    RequiresCompatibilities: listOf(oneOf('FARGATE', 'EC2')),
    NetworkMode: oneOf('awsvpc'),
    Cpu: { type: 'string', pattern: '^\\d+$' },
    Memory: { type: 'string', pattern: '^\\d+$' },
    ExecutionRoleArn: ref,
    ContainerDefinitions: listOf(capitalized(ecsContainer)),
  }),
  'AWS::ECS::Service': closed({
    Cluster: ref,
    LaunchType: oneOf('FARGATE', 'EC2'),
    DesiredCount: integer(0),
    TaskDefinition: ref,
    HealthCheckGracePeriodSeconds: integer(0),
    DeploymentConfiguration: closed({
      MinimumHealthyPercent: integer(0, 100),
      MaximumPercent: integer(100, 200),
      DeploymentCircuitBreaker: closed({ Enable: flag, Rollback: flag }, ['Enable', 'Rollback']),
    }),
    LoadBalancers: listOf(closed({ ContainerName: text, ContainerPort: port, TargetGroupArn: ref })),
    NetworkConfiguration: closed({
      AwsvpcConfiguration: closed({ Subnets: ref, SecurityGroups: listOf(ref) }),
    }),
  }),
}

export const cloudFormation: Schema = closed(
  {
    AWSTemplateFormatVersion: oneOf('2010-09-09'),
    Description: { type: 'string', maxLength: 1024 },
    Parameters: mapOf(closed({ Type: text, Description: text }, ['Type'])),
    Resources: {
      type: 'object',
      propertyNames: { pattern: '^[A-Za-z0-9]+$' },
      additionalProperties: {
        oneOf: Object.entries(resources).map(([type, properties]) =>
          closed({ Type: oneOf(type), Properties: properties }, ['Type', 'Properties']),
        ),
      },
    },
  },
  ['Resources'],
)
