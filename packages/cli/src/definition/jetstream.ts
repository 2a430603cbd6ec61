import type { JetStreamAccount, NatsConnection, NatsJetStream } from 'hale/checks/nats'

/** A connection that can be asked more than whether it is there. */
export interface NatsRequester extends NatsConnection {
  request(subject: string): PromiseLike<{ json(): unknown }>
}

/**
 * What the manager of @nats-io/jetstream tells of an account, by the request that it sends: one package less to
 * install for one question.
 *
 * @see https://docs.nats.io/reference/reference-protocols/nats_api_reference
 */
export function jetStreamOf(connection: NatsRequester): NatsJetStream & { readonly nc: NatsConnection } {
  return { nc: connection, streams: {}, getAccountInfo: () => account(connection) }
}

async function account(connection: NatsRequester): Promise<JetStreamAccount> {
  const answer = (await asked(connection)) as JetStreamAccount & { readonly error?: unknown }
  if (answer.error !== undefined) throw named('JetStreamApiError')
  return answer
}

async function asked(connection: NatsRequester): Promise<unknown> {
  try {
    return (await connection.request('$JS.API.INFO')).json()
  } catch (error) {
    const { name, cause } = Object(error) as { readonly name?: unknown; readonly cause?: unknown }
    // A server without JetStream has nobody who listens there.
    if ([name, Object(cause).name].includes('NoResponders')) throw named('JetStreamNotEnabled')
    throw error
  }
}

/** As the package calls its own, which the check knows. */
function named(name: string): Error {
  return Object.assign(new Error('JetStream cannot be asked'), { name })
}
