import { DRAIN_DELAY_MS, SERVE_PORT } from './defaults.ts'
import type {
  DeployDefinition,
  GroupEntry,
  GrpcDefinition,
  HaproxyAgentDefinition,
  OffLoopDefinition,
  ServeDefinition,
  ServiceDefinition,
} from './definition.ts'
import {
  count,
  type Field,
  flag,
  milliseconds,
  needed,
  object,
  oneOf,
  ownPort,
  port,
  type Schema,
  schemaOfFields,
  text,
} from './field.ts'

const visibilities = ['status', 'components', 'debug'] as const
const formats = ['json', 'html', 'kubernetes', 'health-json', 'actuator', 'microprofile', 'prometheus']
const statuses = ['UP', 'DEGRADED', 'UNKNOWN', 'OUT_OF_SERVICE', 'DOWN']
const secret: Schema = { $ref: '#/definitions/secret' }
const host = text('The address to listen on.', { fallback: 'every address' })

/** A section whose names the compiler holds against the definition's. */
type FieldsFor<Section> = { readonly [Name in keyof Section]-?: Field }

export const serviceFields: FieldsFor<ServiceDefinition> = {
  name: text('Shown in bodies, and the name of what is generated.'),
  version: text('Shown in bodies.'),
}

export const groupFields: FieldsFor<GroupEntry> = {
  members: {
    schema: { type: 'array', items: { type: 'string' } },
    description: 'The names of its checks. Those of a probe come from the checks.',
  },
  visibility: oneOf('The most that an answer shows.', visibilities),
  statusCodes: {
    schema: object(
      Object.fromEntries(statuses.map((name) => [name, { type: 'integer', minimum: 200, maximum: 599 }])),
    ),
    description: 'HTTP status codes in place of the usual ones.',
  },
  budgetMs: milliseconds('Within which it answers, whatever its checks do.', 'the budgetMs of the file', 1),
}

const grpcFields: FieldsFor<GrpcDefinition> = {
  port: needed(ownPort('The port of grpc.health.v1.')),
  host,
  tls: flag('Whether it is served over TLS, with the certificate of serve.tls.', false),
}

const percent: Schema = { type: 'integer', minimum: 1, maximum: 100 }

const agentFields: FieldsFor<HaproxyAgentDefinition> = {
  port: needed(ownPort("The port that HAProxy's agent-check asks.")),
  host,
  weights: {
    schema: object({ up: percent, degraded: percent }),
    description: 'The percent of its configured weight that a server has.',
    fallback: '{ up: 100, degraded: 50 }',
  },
  group: text('The probe or group that is told of.', { fallback: 'readiness' }),
}

const offLoopFields: FieldsFor<OffLoopDefinition> = {
  port: ownPort('A port for the thread.', 'the port of serve'),
  blockedAfterMs: milliseconds('How long the main loop may be blocked.', '5000', 1000),
  maxSnapshotAgeMs: milliseconds('How old a result may be that is served all the same.', '30000'),
}

export const serveFields: FieldsFor<ServeDefinition> = {
  port: ownPort('Where the probes are answered.', String(SERVE_PORT)),
  host,
  tls: {
    schema: object({ cert: secret, key: secret }, ['cert', 'key']),
    description: 'Answers port over TLS: a certificate with its chain, and its key, as PEM.',
  },
  basePath: text('Under which path.', { fallback: '/health' }),
  aliases: flag('Whether /livez, /readyz, /startupz and /healthz are answered too.', true),
  visibility: oneOf('How much is shown.', visibilities, 'components'),
  token: {
    schema: {
      title: 'a secret, or { value, visibility }',
      anyOf: [
        { type: 'string', minLength: 1 },
        object({ file: { type: 'string', minLength: 1, description: 'The file that holds it.' } }, ['file']),
        object({ value: secret, visibility: { enum: visibilities } }, ['value', 'visibility']),
      ],
    },
    description: 'A bearer token that shows more: debug, or the visibility given with it.',
    secret: 'text',
  },
  detailsAs: oneOf('How the JSON body lists the checks.', ['object', 'list'], 'object'),
  formats: {
    schema: { type: 'array', items: { enum: formats }, minItems: 1, uniqueItems: true },
    description: 'The formats served; the first answers whoever has no preference.',
    fallback: `[${formats.join(', ')}]`,
  },
  rateLimit: {
    schema: object(
      {
        perSecond: { type: 'number', minimum: 0.001, description: 'Requests per second.' },
        burst: { type: 'number', minimum: 1, description: 'How many may come at once.' },
      },
      ['perSecond'],
    ),
    description: 'Limits everything but liveness and admin.',
  },
  admin: {
    schema: object(
      {
        token: {
          title: 'a secret, or one for each operator by name',
          anyOf: [
            { type: 'string', minLength: 1 },
            { type: 'object', additionalProperties: secret, minProperties: 1 },
          ],
        },
      },
      ['token'],
    ),
    description: 'Serves the paths that change checks, to whoever has the token.',
  },
  metrics: flag('Serves /health/metrics for Prometheus.', false),
  actuator: flag("Serves Spring Boot's paths.", false),
  envoy: flag('Answers with the headers that Envoy knows.', false),
  serverTiming: flag('Answers with Server-Timing.', false),
  openapi: flag('Serves openapi.json and schema.json.', false),
  grpc: { schema: schemaOfFields(grpcFields), description: 'Serves grpc.health.v1.' },
  haproxyAgent: { schema: schemaOfFields(agentFields), description: "Answers HAProxy's agent-check." },
  offLoop: {
    schema: {
      title: 'true, false, or { port, blockedAfterMs, maxSnapshotAgeMs }',
      anyOf: [{ type: 'boolean' }, { ...schemaOfFields(offLoopFields), minProperties: 1 }],
    },
    description: 'Answers the probes from a thread of their own.',
    fallback: 'false',
  },
}

export const deployFields: FieldsFor<DeployDefinition> = {
  image: text('The image of the container.'),
  replicas: count('How many run.', { minimum: 1 }, '2'),
  servicePort: port('Where the service itself answers, when that is another port.'),
  startupMs: milliseconds('How long it may take until it has started.', '60000'),
  drainDelayMs: milliseconds('How long it is still asked after SIGTERM.', String(DRAIN_DELAY_MS)),
  inFlightMs: milliseconds('How long a request may take.', '10000'),
}
