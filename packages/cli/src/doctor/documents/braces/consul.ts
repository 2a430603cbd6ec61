import type { Asking, Question } from '../asking.ts'
import { commandAt } from '../command.ts'
import type { ConsulCheck, ConsulDocument } from '../document.ts'
import type { SourceFile } from '../source-file.ts'
import { durationAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'

/** Checks of services, in definitions of Consul and in jobs of Nomad; those that only a client keeps alive ask nothing. */
export function consulDocument(
  file: SourceFile,
  entries: readonly (readonly [key: string, value: Located])[],
): ConsulDocument | undefined {
  const checks = checksIn(entries, '')
  if (checks.length === 0) return undefined
  return { kind: 'consul', file, checks, askings: checks.flatMap(askingsOf) }
}

/** A definition in JSON: `{ "service": … }`, `{ "services": [ … ] }`, `{ "check": … }`. */
export function isConsulJson(root: Located): boolean {
  const services = [root.get('service'), ...(root.get('services')?.items ?? [])]
  return (
    services.some((one) => one?.get('check') ?? one?.get('checks')) ||
    root.get('check', 'interval') !== undefined
  )
}

function checksIn(entries: Located['entries'], service: string): readonly ConsulCheck[] {
  return entries.flatMap(([key, value]) => {
    const maps = (value.isList ? value.items : [value]).filter(({ isMap }) => isMap)
    if (key !== 'check' && key !== 'checks') {
      return maps.flatMap((one) => checksIn(one.entries, one.get('name')?.text ?? service))
    }
    return maps.map((node) => ({ service, node }))
  })
}

function askingsOf({ service, node }: ConsulCheck): readonly Asking[] {
  const question = questionOf(node)
  if (node.get('ttl') !== undefined || question.kind === 'unknown') return []
  const asking: Asking = {
    role: 'balancer',
    subject: titleOf({ service, node }),
    place: node.keyPlace,
    question,
    timeout: durationAt(node, 'timeout', 10_000),
    interval: durationAt(node, 'interval', undefined),
  }
  // Nomad restarts the task by it.
  return node.get('check_restart') === undefined ? [asking] : [asking, { ...asking, role: 'liveness' }]
}

/** `check readiness of orders`. */
export function titleOf({ service, node }: ConsulCheck): string {
  const name = node.get('name')?.text ?? node.get('id')?.text
  return ['check', ...(name === undefined ? [] : [name]), ...(service === '' ? [] : ['of', service])].join(
    ' ',
  )
}

function questionOf(check: Located): Question {
  const http = check.get('http')
  if (http !== undefined) return byUrl(http)
  const path = check.get('path')
  if (path?.text !== undefined && check.get('type')?.text === 'http') {
    return { kind: 'http', path: path.text, place: path.place, changePath: (to) => path.replace(to) }
  }
  const grpc = check.get('grpc')
  if (grpc?.text !== undefined) {
    const [address = '', service = ''] = grpc.text.split('/')
    const port = Number(/:(\d+)$/.exec(address)?.[1])
    return {
      kind: 'grpc',
      service,
      place: grpc.place,
      ...(port > 0 && { port }),
      changeService: (to) => grpc.replace(`${address}/${to}`),
    }
  }
  const args = check.get('args') ?? check.get('script')
  if (args !== undefined) return { kind: 'command', command: commandAt(args) }
  return check.get('tcp') === undefined ? { kind: 'unknown' } : { kind: 'tcp' }
}

function byUrl(http: Located): Question {
  const found = /^(https?:\/\/[^/?]+)(.*)$/.exec(http.text ?? '')
  if (found === null) return { kind: 'unknown' }
  const [, origin = '', path = ''] = found
  const port = Number(/:(\d+)$/.exec(origin)?.[1])
  return {
    kind: 'http',
    path: path === '' ? '/' : path,
    place: http.place,
    ...(port > 0 && { port }),
    changePath: (to) => http.replace(origin + to),
  }
}
