import type { Asking, Question } from '../asking.ts'
import { figureAt, portAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'
import { httpAt } from './http-at.ts'

const TYPES = new Set([
  'google_compute_health_check',
  'google_compute_region_health_check',
  'google_compute_http_health_check',
  'google_compute_https_health_check',
])

export function googleAskings(type: string, name: string, body: Located): readonly Asking[] {
  if (!TYPES.has(type)) return []
  // The legacy kinds have the path beside the figures.
  const http =
    ['http_health_check', 'https_health_check', 'http2_health_check'].flatMap(
      (key) => body.get(key) ?? [],
    )[0] ?? (/_https?_health_check$/.test(type) ? body : undefined)
  const response = http?.get('response')
  return [
    {
      role: 'balancer',
      subject: `${type} ${name}`,
      place: body.keyPlace,
      question: questionOf(http, body.get('grpc_health_check')),
      timeout: figureAt(body, 'timeout_sec', 5, 1000),
      interval: figureAt(body, 'check_interval_sec', 5, 1000),
      failures: figureAt(body, 'unhealthy_threshold', 2, 1),
      refuses: 'timeout-above-interval',
      ...(response?.text !== undefined && {
        expects: {
          place: response.place,
          stated: `response = ${response.raw}`,
          instead: 'no response: 200 is enough',
          text: response.text,
        },
      }),
    },
  ]
}

function questionOf(http: Located | undefined, grpc: Located | undefined): Question {
  if (http !== undefined) return { ...httpAt(http, 'request_path'), ...portAt(http) } as Question
  if (grpc === undefined) return { kind: 'unknown' }
  const name = grpc.get('grpc_service_name')
  return { kind: 'grpc', service: name?.text ?? '', place: (name ?? grpc).place, ...portAt(grpc) }
}
