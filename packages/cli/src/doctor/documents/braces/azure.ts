import type { Asking } from '../asking.ts'
import { statusesAccepted } from '../statuses.ts'
import { figureAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'
import { httpAt } from './http-at.ts'

/** How Terraform and Bicep (and ARM) call the same. */
const NAMES = [
  { path: 'request_path', interval: 'interval_in_seconds', failures: 'probe_threshold' },
  { path: 'requestPath', interval: 'intervalInSeconds', failures: 'probeThreshold' },
  { path: 'path', interval: 'interval', failures: 'unhealthy_threshold' },
  { path: 'path', interval: 'interval', failures: 'unhealthyThreshold' },
] as const

/** Probes of Azure's load balancer and application gateway, wherever in a tree they are: known by what they hold. */
export function azureAskings(tree: Located, name = ''): readonly Asking[] {
  const called = tree.get('name')?.text ?? name
  const names = NAMES.find(({ path, interval, failures }) =>
    [path, interval, failures].every((key) => tree.get(key) !== undefined),
  )
  if (names !== undefined) return [askingOf(tree, called, names)]
  const within = [...tree.entries.map(([, value]) => value), ...tree.items]
  return within.filter((one) => one.isMap || one.isList).flatMap((one) => azureAskings(one, called))
}

function askingOf(probe: Located, name: string, names: (typeof NAMES)[number]): Asking {
  const codes =
    probe.get('status_code') ?? probe.get('match', 'status_code') ?? probe.get('match', 'statusCodes')
  const stated = codes?.items.map(({ text }) => text ?? '?').join(',')
  return {
    role: 'balancer',
    subject: `probe ${name}`.trim(),
    place: probe.keyPlace,
    question: httpAt(probe, names.path),
    // The load balancer takes none.
    ...(probe.get('timeout') && { timeout: figureAt(probe, 'timeout', undefined, 1000) }),
    interval: figureAt(probe, names.interval, undefined, 1000),
    failures: figureAt(probe, names.failures, undefined, 1),
    ...(codes !== undefined &&
      stated !== undefined && {
        expects: { place: codes.place, stated: `statuses ${stated}`, ...statusesAccepted(stated) },
      }),
  }
}
