import {
  closed,
  duration,
  flag,
  integer,
  label,
  listOf,
  oneOf,
  path,
  port,
  type Schema,
  subdomain,
  text,
} from './schema.ts'

const metadata = closed({ name: subdomain, namespace: label }, ['name'])
const kinds = (apiVersion: string, kind: string, spec: Schema): Schema =>
  closed({ apiVersion: oneOf(apiVersion), kind: oneOf(kind), metadata, spec }, [
    'apiVersion',
    'kind',
    'metadata',
    'spec',
  ])

/** Istio 1.22 and newer: outlier detection is Envoy's. */
export const destinationRule: Schema = kinds(
  'networking.istio.io/v1',
  'DestinationRule',
  closed(
    {
      host: text,
      trafficPolicy: closed({
        outlierDetection: closed({
          consecutive5xxErrors: integer(0),
          consecutiveGatewayErrors: integer(0),
          consecutiveLocalOriginFailures: integer(0),
          splitExternalLocalOriginErrors: flag,
          interval: duration,
          baseEjectionTime: duration,
          // Istio takes 0 for unsaid, which means 10, and is not what anybody meant.
          maxEjectionPercent: integer(1, 100),
          minHealthPercent: integer(0, 100),
        }),
      }),
    },
    ['host'],
  ),
)

const reference = closed({ group: { type: 'string' }, kind: text, name: subdomain }, ['kind', 'name'])

export const linkerdRoute: Schema = kinds(
  'policy.linkerd.io/v1beta3',
  'HTTPRoute',
  closed(
    {
      parentRefs: listOf(reference),
      rules: listOf(
        closed({
          matches: listOf(
            closed({
              path: closed({ type: oneOf('Exact', 'PathPrefix', 'RegularExpression'), value: path }),
              method: oneOf('GET', 'HEAD', 'OPTIONS'),
            }),
          ),
        }),
      ),
    },
    ['parentRefs'],
  ),
)

export const linkerdAuthorization: Schema = kinds(
  'policy.linkerd.io/v1alpha1',
  'AuthorizationPolicy',
  closed({ targetRef: reference, requiredAuthenticationRefs: listOf(reference) }, [
    'targetRef',
    'requiredAuthenticationRefs',
  ]),
)

export const linkerdNetwork: Schema = kinds(
  'policy.linkerd.io/v1alpha1',
  'NetworkAuthentication',
  closed(
    { networks: listOf(closed({ cidr: { type: 'string', pattern: '^[\\da-f.:]+/\\d+$' } }, ['cidr'])) },
    ['networks'],
  ),
)

/** A patch of a Service's annotations for Linkerd 2.13 and newer. */
export const linkerdService: Schema = closed(
  {
    apiVersion: oneOf('v1'),
    kind: oneOf('Service'),
    metadata: closed(
      {
        name: label,
        annotations: closed({
          'balancer.linkerd.io/failure-accrual': oneOf('consecutive'),
          'balancer.linkerd.io/failure-accrual-consecutive-max-failures': {
            type: 'string',
            pattern: '^[1-9]\\d*$',
          },
          'balancer.linkerd.io/failure-accrual-consecutive-min-penalty': duration,
          'balancer.linkerd.io/failure-accrual-consecutive-max-penalty': duration,
        }),
      },
      ['name', 'annotations'],
    ),
  },
  ['apiVersion', 'kind', 'metadata'],
)

/** Consul 1.7 and newer, in the words of its JSON, which are those of its HCL. */
export const consulService: Schema = closed({
  service: closed(
    {
      id: text,
      name: text,
      port,
      meta: { type: 'object', additionalProperties: { type: 'string' } },
      check: {
        ...closed(
          {
            id: text,
            name: text,
            http: { type: 'string', pattern: '^https?://' },
            method: oneOf('GET', 'HEAD', 'OPTIONS'),
            grpc: { type: 'string', pattern: '^[^/]+:\\d+(/.+)?$' },
            grpc_use_tls: flag,
            tls_skip_verify: flag,
            interval: duration,
            timeout: duration,
            success_before_passing: integer(0),
            failures_before_critical: integer(0),
          },
          ['interval'],
        ),
        oneOf: [{ required: ['http'] }, { required: ['grpc'] }],
      },
    },
    ['name'],
  ),
})
