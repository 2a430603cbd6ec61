import type { Asking } from '../asking.ts'
import type { EcsDocument } from '../document.ts'
import type { SourceFile } from '../source-file.ts'
import { statusesAccepted } from '../statuses.ts'
import { figureAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'
import { askingOf, healthChecksOf, startsOf } from './ecs.ts'

const TASK = 'AWS::ECS::TaskDefinition'
const TARGET_GROUP = 'AWS::ElasticLoadBalancingV2::TargetGroup'

export function isCloudFormation(root: Located): boolean {
  return (root.get('Resources')?.entries ?? []).some(([, one]) => one.get('Type')?.text?.startsWith('AWS::'))
}

/** Task definitions and target groups of a template; what a function fills in cannot be read, and is not examined. */
export function cloudFormationDocument(file: SourceFile, root: Located): EcsDocument {
  const resources = root.get('Resources')?.entries ?? []
  const ofType = (type: string): readonly (readonly [string, Located])[] =>
    resources.flatMap(([name, one]) => {
      const properties = one.get('Type')?.text === type ? one.get('Properties') : undefined
      return properties === undefined ? [] : [[name, properties] as const]
    })
  const tasks = ofType(TASK).map(([, task]) => task.get('ContainerDefinitions'))
  const healthChecks = tasks.flatMap((containers) => healthChecksOf(containers, capitalised))
  const starts = tasks.flatMap((containers) => startsOf(containers, capitalised))
  const balancers = ofType(TARGET_GROUP).flatMap(([name, group]) => targetGroup(name, group))
  return { kind: 'ecs', file, healthChecks, starts, askings: [...healthChecks.map(askingOf), ...balancers] }
}

function capitalised(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1)
}

/** Of those that ask by HTTP: others only connect. */
function targetGroup(name: string, group: Located): readonly Asking[] {
  const protocol = (group.get('HealthCheckProtocol') ?? group.get('Protocol'))?.text
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') return []
  const path = group.get('HealthCheckPath')
  const codes = group.get('Matcher', 'HttpCode')
  // A function's value, as !Ref Path, is the name of something, and no path.
  const asked = path === undefined ? '/' : path.text?.startsWith('/') === true ? path.text : undefined
  return [
    {
      role: 'balancer',
      subject: `health check of target group ${name}`,
      place: (path ?? group).place,
      question:
        asked === undefined
          ? { kind: 'unknown' }
          : {
              kind: 'http',
              path: asked,
              place: (path ?? group).place,
              changePath: (to) => group.set('HealthCheckPath', to),
            },
      timeout: figureAt(group, 'HealthCheckTimeoutSeconds', isOfNetworkBalancer(group) ? 6 : 5, 1000),
      interval: figureAt(group, 'HealthCheckIntervalSeconds', 30, 1000),
      failures: figureAt(group, 'UnhealthyThresholdCount', 2, 1),
      refuses: 'timeout-not-below-interval',
      ...(codes?.text !== undefined && {
        expects: {
          place: codes.place,
          stated: `Matcher: ${codes.raw}`,
          ...statusesAccepted(codes.text),
          acceptAlso200: () => codes.replace(`200,${codes.text}`),
        },
      }),
    },
  ]
}

/** Whether it is one of a Network Load Balancer, whose timeout is another by default. */
function isOfNetworkBalancer(group: Located): boolean {
  return /^(?:TCP|UDP|TLS|TCP_UDP)$/.test(group.get('Protocol')?.text ?? '')
}
