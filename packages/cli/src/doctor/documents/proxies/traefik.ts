import type { Asking, Expectation } from '../asking.ts'
import type { OtherDocument } from '../document.ts'
import { durationFrom, type Figure } from '../figure.ts'
import type { Place } from '../place.ts'
import type { SourceFile } from '../source-file.ts'
import { durationAt, portAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'

const INTERVAL_MS = 30_000
const TIMEOUT_MS = 5000

/** A file of Traefik's file provider. */
export function isTraefik(root: Located): boolean {
  return (root.get('http', 'services') ?? root.get('http', 'routers')) !== undefined
}

export function traefikDocument(file: SourceFile, root: Located): OtherDocument {
  const services = root.get('http', 'services')?.entries ?? []
  const askings = services.flatMap(([name, service]) => {
    const check = service.get('loadBalancer', 'healthCheck')
    return check?.isMap === true ? [askingOf(name, check)] : []
  })
  return { kind: 'other', file, askings }
}

function askingOf(name: string, check: Located): Asking {
  const path = check.get('path')
  const status = check.get('status')
  return {
    role: 'balancer',
    subject: `healthCheck of service ${name}`,
    place: check.keyPlace,
    question:
      check.get('mode')?.text === 'grpc'
        ? { kind: 'grpc', service: '', place: check.keyPlace, ...portAt(check) }
        : {
            kind: 'http',
            path: path?.text ?? '/',
            place: path?.place ?? check.keyPlace,
            ...portAt(check),
            changePath: (to) => check.set('path', to),
          },
    timeout: durationAt(check, 'timeout', TIMEOUT_MS),
    interval: durationAt(check, 'interval', INTERVAL_MS),
    refuses: 'timeout-not-below-interval',
    ...(status?.number !== undefined && { expects: onlyStatus(status.number, status) }),
  }
}

function onlyStatus(code: number, at: Located): Expectation {
  return {
    place: at.place,
    stated: `status: ${code}`,
    accepts: (given) => given === code,
    acceptAlso200: () => at.replace('200'),
  }
}

interface Label {
  readonly key: string
  readonly value: string
  readonly place: Place
  change(value: string): ReturnType<Located['replace']>
}

const HEALTH = /^traefik\.http\.services\.([^.]+)\.loadbalancer\.healthcheck\.(path|interval|timeout|port)$/i

/** The same as labels of a container. */
export function traefikLabelAskings(labels: Located | undefined): readonly Asking[] {
  const services = new Map<string, Map<string, Label>>()
  for (const label of labelsOf(labels)) {
    const [, name = '', key = ''] = HEALTH.exec(label.key) ?? []
    if (key === '') continue
    services.set(name, (services.get(name) ?? new Map()).set(key.toLowerCase(), label))
  }
  return [...services].flatMap(([name, said]) => {
    const path = said.get('path')
    if (path === undefined) return []
    const figure = (key: string, byDefault: number): Figure => {
      const label = said.get(key)
      return {
        name: `healthcheck.${key}`,
        stated: label !== undefined,
        place: (label ?? path).place,
        value: label === undefined ? byDefault : durationFrom(label.value, 1000),
        change: (ms) => label?.change(`${ms / 1000}s`),
      }
    }
    const port = Number(said.get('port')?.value)
    return [
      {
        role: 'balancer' as const,
        subject: `Traefik's health check of service ${name}`,
        place: path.place,
        question: {
          kind: 'http' as const,
          path: path.value,
          place: path.place,
          ...(port > 0 && { port }),
          changePath: (to: string) => path.change(to),
        },
        timeout: figure('timeout', TIMEOUT_MS),
        interval: figure('interval', INTERVAL_MS),
        refuses: 'timeout-not-below-interval' as const,
      },
    ]
  })
}

/** `key: value`, or `- key=value`. */
function labelsOf(labels: Located | undefined): readonly Label[] {
  const mapped = (labels?.entries ?? []).map(([key, value]) => ({
    key,
    value: value.text ?? '',
    place: value.place,
    change: (to: string) => value.replace(to),
  }))
  const listed = (labels?.items ?? []).map((item) => {
    const [, key = '', value = ''] = /^([^=]*)=?([\s\S]*)$/.exec(item.text ?? '') ?? []
    return { key, value, place: item.place, change: (to: string) => item.replace(`${key}=${to}`) }
  })
  return [...mapped, ...listed]
}
