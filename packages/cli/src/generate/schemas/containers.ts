import { closed, duration, flag, integer, listOf, mapOf, oneOf, port, type Schema, text } from './schema.ts'

/** `CMD` and what to run, as Docker has it. */
function command(words: Schema): Schema {
  return { type: 'array', minItems: 2, items: words, contains: { const: 'CMD' } }
}

/** The compose specification, as far as health is concerned. */
export const compose: Schema = closed({
  services: mapOf(
    closed({
      image: text,
      stop_grace_period: duration,
      healthcheck: closed({
        // A dollar sign begins a variable, unless it is doubled.
        test: command({ type: 'string', pattern: '^(?:[^$]|\\$\\$)*$' }),
        interval: duration,
        timeout: duration,
        retries: integer(1),
        start_period: duration,
        start_interval: duration,
      }),
    }),
  ),
})

/** A container of an ECS task definition, with the bounds that registering one has. */
export const ecsContainer: Schema = closed(
  {
    name: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,255}$' },
    image: text,
    command: listOf(text),
    essential: flag,
    portMappings: listOf(closed({ containerPort: port, protocol: oneOf('tcp', 'udp') })),
    stopTimeout: integer(2, 120),
    healthCheck: closed(
      {
        command: command({ type: 'string' }),
        interval: integer(5, 300),
        timeout: integer(2, 60),
        retries: integer(1, 10),
        startPeriod: integer(0, 300),
      },
      ['command'],
    ),
  },
  ['name', 'image'],
)

export const taskDefinition: Schema = closed(
  {
    family: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,255}$' },
    containerDefinitions: listOf(ecsContainer),
  },
  ['family', 'containerDefinitions'],
)

/** The keys of units that are used here, by section (systemd 240 and newer: Type=exec). */
export const unitKeys: { readonly [section: string]: readonly string[] } = {
  Unit: ['Description', 'Wants', 'After', 'Requisite', 'OnFailure', 'PartOf'],
  Service: [
    'Type',
    'NotifyAccess',
    'WatchdogSec',
    'WorkingDirectory',
    'ExecStart',
    'ExecStartPost',
    'TimeoutStartSec',
    'TimeoutStopSec',
    'KillMode',
    'Restart',
    'RestartSec',
  ],
  Timer: ['OnActiveSec', 'OnUnitInactiveSec', 'AccuracySec'],
  Install: ['WantedBy'],
}
