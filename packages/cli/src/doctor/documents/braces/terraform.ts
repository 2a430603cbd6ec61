import type { Asking } from '../asking.ts'
import { askingOf as ecsAskingOf, healthChecksOf, startsOf } from '../containers/ecs.ts'
import type { Document, EcsHealthCheck } from '../document.ts'
import type { SourceFile } from '../source-file.ts'
import type { Start } from '../start.ts'
import { azureAskings } from './azure.ts'
import type { Statement } from './braces-reader.ts'
import { awsAskings } from './terraform-aws.ts'
import { googleAskings } from './terraform-google.ts'
import { kubernetesObjects } from './terraform-kubernetes.ts'

/** Health checks of AWS, Google and Azure, ECS task definitions, and objects of Kubernetes; other resources ask for nothing. */
export function terraformDocuments(file: SourceFile, statements: readonly Statement[]): readonly Document[] {
  const healthChecks: EcsHealthCheck[] = []
  const starts: Start[] = []
  const askings: Asking[] = []
  const objects: Document[] = []
  for (const { words, body } of statements) {
    const [kind, type = '', name = ''] = words
    if (kind === 'locals') askings.push(...azureAskings(body))
    if (kind !== 'resource') continue
    if (type === 'aws_ecs_task_definition') {
      const containers = body.get('container_definitions')
      healthChecks.push(...healthChecksOf(containers, (key) => key))
      starts.push(...startsOf(containers, (key) => key))
      continue
    }
    objects.push(...kubernetesObjects(file, type, body))
    askings.push(...awsAskings(type, name, body), ...googleAskings(type, name, body))
    if (type.startsWith('azurerm_')) askings.push(...azureAskings(body))
  }
  return [
    { kind: 'other', file, askings },
    ...objects,
    ...(healthChecks.length + starts.length === 0
      ? []
      : [{ kind: 'ecs' as const, file, healthChecks, starts, askings: healthChecks.map(ecsAskingOf) }]),
  ]
}
