import type { Asking, Expectation, Question } from '../asking.ts'
import type { EnvoyDocument } from '../document.ts'
import type { SourceFile } from '../source-file.ts'
import { durationAt, figureAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'

/** The clusters of a bootstrap file, of a CDS file, or a list of them alone. */
export function envoyClusters(root: Located): readonly Located[] {
  const lists = [root.get('static_resources', 'clusters'), root.get('resources'), root.get('clusters')]
  return lists
    .flatMap((list) => list?.items ?? [])
    .filter(
      (cluster) =>
        cluster.get('name') !== undefined &&
        ['load_assignment', 'connect_timeout', 'health_checks', 'lb_policy'].some((key) => cluster.get(key)),
    )
}

export function envoyDocument(file: SourceFile, clusters: readonly Located[]): EnvoyDocument {
  const healthChecks = clusters.flatMap((cluster) =>
    (cluster.get('health_checks')?.items ?? []).map((node) => ({
      cluster: cluster.get('name')?.text ?? '',
      node,
    })),
  )
  return { kind: 'envoy', file, clusters, healthChecks, askings: healthChecks.map(askingOf) }
}

function askingOf({ cluster, node }: { cluster: string; node: Located }): Asking {
  const expected = node.get('http_health_check', 'expected_statuses')
  return {
    role: 'balancer',
    subject: `health check of cluster ${cluster}`,
    place: node.place,
    question: questionOf(node),
    timeout: durationAt(node, 'timeout', undefined),
    interval: durationAt(node, 'interval', undefined),
    failures: figureAt(node, 'unhealthy_threshold', undefined, 1),
    successes: figureAt(node, 'healthy_threshold', undefined, 1),
    ...(expected && { expects: expectationOf(expected) }),
  }
}

function questionOf(node: Located): Question {
  const http = node.get('http_health_check')
  if (http !== undefined) {
    const path = http.get('path')
    return {
      kind: 'http',
      path: path?.text ?? '/',
      place: path?.place ?? http.place,
      changePath: (to) => path?.replace(to),
    }
  }
  const grpc = node.get('grpc_health_check')
  if (grpc !== undefined) {
    return { kind: 'grpc', service: grpc.get('service_name')?.text ?? '', place: grpc.place }
  }
  return node.get('tcp_health_check') === undefined ? { kind: 'unknown' } : { kind: 'tcp' }
}

/** Half open: the end is not in it. */
export function rangesOf(list: Located | undefined): readonly { start: number; end: number }[] | undefined {
  const ranges = (list?.items ?? []).map((item) => ({
    start: item.get('start')?.number ?? Number.NaN,
    end: item.get('end')?.number ?? Number.NaN,
  }))
  return ranges.some(({ start, end }) => Number.isNaN(start) || Number.isNaN(end)) ? undefined : ranges
}

function expectationOf(list: Located): Expectation {
  const ranges = rangesOf(list)
  const stated = `expected_statuses ${ranges?.map(({ start, end }) => `${start} to ${end - 1}`).join(', ') ?? ''}`
  const accepts = ranges && {
    accepts: (code: number): boolean => ranges.some(({ start, end }) => code >= start && code < end),
  }
  return { place: list.place, stated, ...accepts }
}
