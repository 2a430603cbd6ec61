import type { Asking, Expectation } from '../asking.ts'
import type { Figure } from '../figure.ts'
import { statusesAccepted } from '../statuses.ts'
import { figureAt, portAt } from '../yaml/figure-at.ts'
import type { Located } from '../yaml/located.ts'

/** What balancers ask that are configured by objects of a cluster: Google's, and AWS's by annotations. */
export function balancerAskings(root: Located, type: string, subject: string): readonly Asking[] {
  if (type === 'BackendConfig') return google(root.get('spec', 'healthCheck'), `healthCheck of ${subject}`)
  if (type === 'HealthCheckPolicy') return google(root.get('spec', 'default'), `health check of ${subject}`)
  if (type === 'Ingress' || type === 'Service') return aws(root.get('metadata', 'annotations'), subject)
  return []
}

function google(node: Located | undefined, subject: string): readonly Asking[] {
  if (node === undefined || !node.isMap) return []
  const http = node.get('config', 'httpHealthCheck') ?? node.get('config', 'httpsHealthCheck') ?? node
  const path = http.get('requestPath')
  const response = http.get('response')
  const type = (node.get('type') ?? node.get('config', 'type'))?.text
  const asksHttp = type === undefined || /^HTTP/.test(type)
  return [
    {
      role: 'balancer',
      subject,
      place: node.place,
      question: asksHttp
        ? {
            kind: 'http',
            path: path?.text ?? '/',
            place: path?.place ?? node.keyPlace,
            ...portAt(http),
            changePath: (to) => http.set('requestPath', to),
          }
        : { kind: 'unknown' },
      timeout: figureAt(node, 'timeoutSec', 5, 1000),
      interval: figureAt(node, 'checkIntervalSec', 5, 1000),
      failures: figureAt(node, 'unhealthyThreshold', 2, 1),
      refuses: 'timeout-above-interval',
      ...(response?.text !== undefined && {
        expects: {
          place: response.place,
          stated: `response: ${response.raw}`,
          instead: 'no response: 200 is enough',
          text: response.text,
        },
      }),
    },
  ]
}

const AWS = 'alb.ingress.kubernetes.io/'

function aws(annotations: Located | undefined, subject: string): readonly Asking[] {
  const path = annotations?.get(`${AWS}healthcheck-path`)
  const codes = annotations?.get(`${AWS}success-codes`)
  if (annotations === undefined || (path === undefined && codes === undefined)) return []
  const seconds = (name: string, byDefault: number): Figure =>
    figureAt(annotations, `${AWS}healthcheck-${name}`, byDefault, 1000)
  const expects: Expectation | undefined =
    codes?.text === undefined
      ? undefined
      : {
          place: codes.place,
          stated: `success-codes: ${codes.raw}`,
          ...statusesAccepted(codes.text),
          acceptAlso200: () => codes.replace(`200,${codes.text}`),
        }
  return [
    {
      role: 'balancer',
      subject: `health check of the ALB of ${subject}`,
      place: (path ?? codes ?? annotations).place,
      question:
        path?.text === undefined
          ? { kind: 'unknown' }
          : {
              kind: 'http',
              path: path.text,
              place: path.place,
              changePath: (to) => path.replace(to),
            },
      timeout: { ...seconds('timeout-seconds', 5), name: 'healthcheck-timeout-seconds' },
      interval: { ...seconds('interval-seconds', 15), name: 'healthcheck-interval-seconds' },
      refuses: 'timeout-not-below-interval',
      ...(expects && { expects }),
    },
  ]
}
