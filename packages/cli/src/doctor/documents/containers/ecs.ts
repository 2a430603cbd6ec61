import type { Asking } from '../asking.ts'
import { commandAt } from '../command.ts'
import type { EcsDocument, EcsHealthCheck } from '../document.ts'
import type { SourceFile } from '../source-file.ts'
import { type Start, startAt } from '../start.ts'
import { figureAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'

/** A task definition, as `register-task-definition` takes it or `describe-task-definition` gives it. */
export function taskDefinition(root: Located): Located | undefined {
  const at = root.get('taskDefinition') ?? root
  return at.get('containerDefinitions')?.isList === true ? at : undefined
}

export function ecsDocument(file: SourceFile, task: Located): EcsDocument {
  const containers = task.get('containerDefinitions')
  const healthChecks = healthChecksOf(containers, (key) => key)
  const starts = startsOf(containers, (key) => key)
  return { kind: 'ecs', file, healthChecks, starts, askings: healthChecks.map(askingOf) }
}

/** @param named as for `healthChecksOf`. */
export function startsOf(definitions: Located | undefined, named: (key: string) => string): readonly Start[] {
  return (definitions?.items ?? []).flatMap((container) => {
    const at = (key: string): Located | undefined => container.get(named(key))
    const subject = `container ${at('name')?.text ?? ''}`
    return startAt(subject, at('image')?.text, at('entryPoint'), at('command'))
  })
}

/** @param named how the kind of file writes a key: CloudFormation begins with a capital. */
export function healthChecksOf(
  definitions: Located | undefined,
  named: (key: string) => string,
): readonly EcsHealthCheck[] {
  return (definitions?.items ?? []).flatMap((container) => {
    const node = container.get(named('healthCheck'))
    return node?.isMap === true ? [{ container: container.get(named('name'))?.text ?? '', node, named }] : []
  })
}

export function askingOf({ container, node, named }: EcsHealthCheck): Asking {
  const command = node.get(named('command'))
  const shell = command?.items[0]?.text === 'CMD-SHELL'
  return {
    role: 'container',
    replaces: true,
    subject: `healthCheck of container ${container}`,
    place: node.place,
    question:
      command === undefined
        ? { kind: 'unknown' }
        : { kind: 'command', command: { ...commandAt(command, command.isList ? 1 : 0), shell } },
    timeout: figureAt(node, named('timeout'), 5, 1000),
    interval: figureAt(node, named('interval'), 30, 1000),
    failures: figureAt(node, named('retries'), 3, 1),
    delay: figureAt(node, named('startPeriod'), 0, 1000),
  }
}
