import type { Asking } from '../asking.ts'
import type { PlatformDocument } from '../document.ts'
import { durationFrom, type Figure } from '../figure.ts'
import type { SourceFile } from '../source-file.ts'
import { durationAt, portAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'

/** Fly's, where nothing is said. */
const PORT = 8080
const KILL_TIMEOUT_MS = 5000

/** `fly.toml`, or the same as JSON or YAML. */
export function isFly(root: Located): boolean {
  if (root.get('app')?.text === undefined && root.get('primary_region') === undefined) return false
  const services = root.get('services')?.items ?? []
  return (
    root.get('http_service')?.isMap === true ||
    root.get('checks')?.isMap === true ||
    services.some((service) => service.get('internal_port') !== undefined)
  )
}

export function flyDocument(file: SourceFile, root: Located): PlatformDocument {
  const services = [root.get('http_service'), ...(root.get('services')?.items ?? [])]
  const balancers = services.flatMap((service) => (service === undefined ? [] : balancersOf(service)))
  // They tell, and keep no request away.
  const monitors = (root.get('checks')?.entries ?? []).flatMap(([name, check]) =>
    check.get('type')?.text === 'http'
      ? [askingOf(check, `check ${name}`, 'monitor', portAt(check).port)]
      : [],
  )
  return { kind: 'platform', file, stop: killTimeout(root), askings: [...balancers, ...monitors] }
}

function balancersOf(service: Located): readonly Asking[] {
  const port = service.get('internal_port')?.number ?? PORT
  const checks = [...(service.get('checks')?.items ?? []), ...(service.get('http_checks')?.items ?? [])]
  return checks.map((check) => askingOf(check, `check of port ${port}`, 'balancer', port))
}

function askingOf(check: Located, subject: string, role: Asking['role'], port?: number | string): Asking {
  const path = check.get('path')
  return {
    role,
    subject,
    place: check.place,
    question: {
      kind: 'http',
      path: path?.text ?? '/',
      place: path?.place ?? check.keyPlace,
      ...(port !== undefined && { port }),
      changePath: (to) => check.set('path', to),
    },
    // What has no unit is in milliseconds.
    timeout: durationAt(check, 'timeout', undefined, 1),
    interval: durationAt(check, 'interval', undefined, 1),
  }
}

/** In seconds, or as `"1m30s"`. */
function killTimeout(root: Located): Figure {
  const stated = root.get('kill_timeout')
  const isText = typeof stated?.value === 'string'
  return {
    name: 'kill_timeout',
    stated: stated !== undefined,
    place: stated?.place ?? (root.get('app') ?? root).place,
    value: stated === undefined ? KILL_TIMEOUT_MS : durationFrom(stated.text ?? '', 1000),
    change: (ms) => root.set('kill_timeout', `${Math.ceil(ms / 1000)}${isText ? 's' : ''}`),
  }
}
