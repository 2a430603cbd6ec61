import type { Asking, Question } from '../asking.ts'
import { commandAt, type Target } from '../command.ts'
import type { ComposeDocument, ComposeService } from '../document.ts'
import { traefikLabelAskings } from '../proxies/traefik.ts'
import type { SourceFile } from '../source-file.ts'
import { durationAt, figureAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'

/** `services` whose values are maps that say what runs. */
export function isCompose(root: Located): boolean {
  if (root.get('apiVersion') !== undefined) return false
  const services = root.get('services')?.entries ?? []
  return services.some(([, service]) =>
    ['image', 'build', 'command', 'healthcheck', 'extends', 'depends_on'].some((key) => service.get(key)),
  )
}

export function composeDocument(file: SourceFile, root: Located): ComposeDocument {
  const entries = root.get('services')?.entries.filter(([, node]) => node.isMap) ?? []
  return {
    kind: 'compose',
    file,
    services: entries.map(([name, node]) => serviceOf(name, node)),
    askings: entries.flatMap(([name, node]) => [
      ...askingOf(name, node),
      ...traefikLabelAskings(node.get('labels')),
      ...traefikLabelAskings(node.get('deploy', 'labels')),
    ]),
  }
}

function serviceOf(name: string, node: Located): ComposeService {
  const check = node.get('healthcheck')
  const healthcheck = check === undefined ? undefined : isOff(check) ? 'off' : 'own'
  const waits = node.get('depends_on')
  return {
    name,
    node,
    image: node.get('image')?.text,
    builds: node.get('build') !== undefined || node.get('extends') !== undefined,
    ...(healthcheck && { healthcheck }),
    dependsOn: [
      ...(waits?.entries ?? []).map(([on, how]) => ({
        name: on,
        condition: how.get('condition')?.text,
        place: how.place,
      })),
      ...(waits?.items ?? []).map((item) => ({
        name: item.text ?? '',
        condition: undefined,
        place: item.place,
      })),
    ],
  }
}

function isOff(check: Located): boolean {
  const test = check.get('test')
  return check.get('disable')?.value === true || test?.items[0]?.text === 'NONE' || test?.text === 'NONE'
}

function askingOf(name: string, service: Located): readonly Asking[] {
  const check = service.get('healthcheck')
  if (check === undefined || !check.isMap || isOff(check)) return []
  return [
    {
      role: 'container',
      subject: `healthcheck of service ${name}`,
      place: check.place,
      question: questionOf(check.get('test'), namesOf(name, service)),
      timeout: durationAt(check, 'timeout', 30_000, 1),
      interval: durationAt(check, 'interval', 30_000, 1),
      delay: durationAt(check, 'start_period', 0, 1),
      failures: figureAt(check, 'retries', 3, 1),
    },
  ]
}

/** By these a service reaches itself. */
function namesOf(name: string, service: Located): readonly (string | undefined)[] {
  return [name, service.get('hostname')?.text, service.get('container_name')?.text]
}

function questionOf(test: Located | undefined, names: readonly (string | undefined)[]): Question {
  if (test === undefined) return { kind: 'unknown' }
  const command = commandAt(test, test.isList ? 1 : 0)
  const shell = command.shell || test.items[0]?.text === 'CMD-SHELL'
  const target = names.includes(command.target?.host) ? ownTarget(command.target) : command.target
  return { kind: 'command', command: { ...command, shell, ...(target && { target }) } }
}

function ownTarget(target: Target | undefined): Target | undefined {
  return target && { ...target, host: '' }
}
