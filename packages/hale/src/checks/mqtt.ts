import { type ClientOf, clientCheck, messageOf } from '../check-parts/asking/client-check.ts'
import { forgetErrorOf, lastErrorOf } from '../check-parts/asking/last-error.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'

/** The client of mqtt (MQTT.js), known by its structure. */
export interface MqttClient {
  readonly connected: boolean
  readonly disconnecting: boolean
  sendPing(): void
  on(event: 'packetreceive', listener: (packet: { readonly cmd?: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  removeListener(event: string, listener: (...values: never[]) => void): unknown
}

/** Options of `mqtt`. Durations are milliseconds. */
export interface MqttCheckOptions extends DependencyCheckOptions {}

// CONNACK: return codes of MQTT 3.1.1, reason codes of MQTT 5.
const refusals: Readonly<Record<number, string>> = {
  1: 'protocol version refused',
  2: 'client identifier refused',
  3: 'server unavailable',
  4: 'authentication failed',
  5: 'authentication failed',
  132: 'protocol version refused',
  133: 'client identifier refused',
  134: 'authentication failed',
  135: 'authentication failed',
  136: 'server unavailable',
  137: 'server busy',
  138: 'banned',
  140: 'authentication failed',
  151: 'quota exceeded',
  159: 'too many connections',
}

/**
 * Does the MQTT broker answer? Takes the client of mqtt (MQTT.js 5) that the application has, over TCP, TLS or
 * WebSocket, or a function that returns it.
 *
 * It sends a PINGREQ and waits for the PINGRESP, the protocol's own question for this: no topic, subscription or
 * message is touched, and no permission needed. UP `connected`. DOWN at once while the client has no connection, with
 * the reason where the application listens to its errors (`connection refused`, `authentication failed` …), else
 * `not connected`; `connection closed` when it is lost while it is asked, `client closed`, or another text of the fixed
 * vocabulary. No data.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { mqtt } from 'hale/checks/mqtt'
 * import { connect } from 'mqtt'
 *
 * const client = connect('mqtts://broker.internal')
 * const health = createHealth({ checks: { broker: mqtt(client) } })
 * ```
 */
export function mqtt(
  client: ClientOf<MqttClient>,
  options: MqttCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  // A refusal comes before the first probe, once: MQTT.js does not try again with a password that was wrong.
  if (isClient(client)) lastErrorOf(client)
  return clientCheck<MqttClient>({
    client,
    expected: 'a client of mqtt',
    isClient,
    problems,
    options: problems.object('options', options),
    ownOptions: [],
    textOf,
    ask: (current) => {
      if (current.disconnecting) return down('client closed')
      const error = lastErrorOf(current)
      if (current.connected) {
        forgetErrorOf(current)
        return pinged(current)
      }
      // Nothing would be sent without a connection, but kept for the next one.
      if (error !== undefined) throw error
      return down('not connected')
    },
  })
}

/**
 * Settles with the next answer to any ping, or with the end of the connection, not with the run's abort: a run that
 * is not answered counts as unsettled, so that a frozen broker is sent no ping for each probe.
 */
async function pinged(client: MqttClient): Promise<Outcome> {
  let received = (_packet: { readonly cmd?: unknown }): void => {}
  let closed = (): void => {}
  const answered = new Promise<Outcome>((resolve) => {
    received = ({ cmd }) => {
      if (cmd === 'pingresp') resolve(up('connected'))
    }
    closed = () => resolve(down('connection closed'))
  })
  client.on('packetreceive', received)
  client.on('close', closed)
  try {
    client.sendPing()
    return await answered
  } finally {
    client.removeListener('packetreceive', received)
    client.removeListener('close', closed)
  }
}

// What the client says without a code, of a broker that is silent.
const silences = ['Keepalive timeout', 'connack timeout']

function textOf(error: unknown): string | undefined {
  if (silences.includes(messageOf(error))) return 'timed out waiting for an answer'
  const { code } = Object(error) as { readonly code?: unknown }
  return typeof code === 'number' && Object.hasOwn(refusals, code) ? refusals[code] : undefined
}

function isClient(value: unknown): value is MqttClient {
  return hasMethod(value, 'sendPing', 'on', 'removeListener')
}
