import type { Asking } from '../asking.ts'
import { askingOf as ecsAskingOf, healthChecksOf } from '../containers/ecs.ts'
import type { Document, EcsHealthCheck } from '../document.ts'
import type { SourceFile } from '../source-file.ts'
import { azureAskings } from './azure.ts'
import type { Statement } from './braces-reader.ts'
import { awsAskings } from './terraform-aws.ts'
import { googleAskings } from './terraform-google.ts'

/** Health checks of AWS, Google and Azure, and ECS task definitions; other resources ask for nothing. */
export function terraformDocuments(file: SourceFile, statements: readonly Statement[]): readonly Document[] {
  const healthChecks: EcsHealthCheck[] = []
  const askings: Asking[] = []
  for (const { words, body } of statements) {
    const [kind, type = '', name = ''] = words
    if (kind === 'locals') askings.push(...azureAskings(body))
    if (kind !== 'resource') continue
    if (type === 'aws_ecs_task_definition') {
      healthChecks.push(...healthChecksOf(body.get('container_definitions'), (key) => key))
      continue
    }
    askings.push(...awsAskings(type, name, body), ...googleAskings(type, name, body))
    if (type.startsWith('azurerm_')) askings.push(...azureAskings(body))
  }
  return [
    { kind: 'other', file, askings },
    ...(healthChecks.length === 0
      ? []
      : [{ kind: 'ecs' as const, file, healthChecks, askings: healthChecks.map(ecsAskingOf) }]),
  ]
}
