import { messageOf } from '../asking/client-check.ts'

/** What brokers refuse with, by the names of the protocol; kafkajs has some of its own. */
const refusals: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'topic not found',
  INVALID_TOPIC_EXCEPTION: 'topic not found',
  LEADER_NOT_AVAILABLE: 'a partition has no leader',
  NOT_LEADER_FOR_PARTITION: 'a partition changes its leader',
  NOT_LEADER_OR_FOLLOWER: 'a partition changes its leader',
  BROKER_NOT_AVAILABLE: 'broker not available',
  REPLICA_NOT_AVAILABLE: 'a replica is not available',
  REQUEST_TIMED_OUT: 'timed out waiting for an answer',
  COORDINATOR_LOAD_IN_PROGRESS: 'group coordinator not available',
  GROUP_LOAD_IN_PROGRESS: 'group coordinator not available',
  COORDINATOR_NOT_AVAILABLE: 'group coordinator not available',
  GROUP_COORDINATOR_NOT_AVAILABLE: 'group coordinator not available',
  NOT_COORDINATOR: 'group coordinator not available',
  NOT_COORDINATOR_FOR_GROUP: 'group coordinator not available',
  GROUP_ID_NOT_FOUND: 'group not found',
  INVALID_GROUP_ID: 'group not found',
  TOPIC_AUTHORIZATION_FAILED: 'permission denied',
  GROUP_AUTHORIZATION_FAILED: 'permission denied',
  CLUSTER_AUTHORIZATION_FAILED: 'permission denied',
  SASL_AUTHENTICATION_FAILED: 'authentication failed',
  UNSUPPORTED_SASL_MECHANISM: 'authentication failed',
  ILLEGAL_SASL_STATE: 'authentication failed',
  POLICY_VIOLATION: 'permission denied',
  THROTTLING_QUOTA_EXCEEDED: 'quota used up',
  UNSUPPORTED_VERSION: 'protocol version not supported',
}

/** What the clients tell by the names of their errors, or by their codes. */
const kinds: Readonly<Record<string, string>> = {
  KafkaJSSASLAuthenticationError: 'authentication failed',
  KafkaJSRequestTimeoutError: 'timed out waiting for an answer',
  KafkaJSGroupCoordinatorNotFound: 'group coordinator not available',
  KafkaJSConnectionClosedError: 'connection closed',
  KafkaJSLockTimeout: 'connection timed out',
  PLT_KFK_AUTHENTICATION: 'authentication failed',
  PLT_KFK_UNSUPPORTED_API: 'protocol version not supported',
}

const messages: Readonly<Record<string, string>> = {
  'Connection timeout': 'connection timed out',
  'Connection closed by the server': 'connection closed',
  'Closed connection': 'connection closed',
  'Not connected': 'connection closed',
  'Broker not connected': 'not connected',
  'Connection closed': 'connection closed',
  'Client is closed.': 'client closed',
  'Connection pool is closed.': 'client closed',
}

/** How many errors of a tree of causes are looked at. */
const mostErrors = 32

/** The name that the protocol has for what a broker refused with; undefined when no broker did. */
export function kafkaRefusal(error: unknown): string | undefined {
  return firstOf(error, ({ type, apiId }) => nameIn(refusals, type) ?? nameIn(refusals, apiId))
}

/** A safe text for what Kafka, or a client of it, says without a code; undefined for anything else. */
export function kafkaText(error: unknown): string | undefined {
  const refusal = kafkaRefusal(error)
  if (refusal !== undefined) return refusals[refusal]
  const kind = firstOf(error, ({ name, code }) => nameIn(kinds, name) ?? nameIn(kinds, code))
  if (kind !== undefined) return kinds[kind]
  // A code of the system, where there is one, says more than the client's own words.
  if (firstOf(error, ({ code }) => (/^E[A-Z]+$/.test(String(code)) ? String(code) : undefined)))
    return undefined
  const message = firstOf(error, (each) => {
    const own = messageOf(each)
    // It names the broker.
    return /^Connection to \S+ timed out\.$/.test(own) ? 'Connection timeout' : nameIn(messages, own)
  })
  return message === undefined ? undefined : messages[message]
}

type Failure = Readonly<Record<'name' | 'code' | 'type' | 'apiId' | 'cause' | 'errors', unknown>>

/** Both clients wrap: kafkajs in `cause`, the other in `cause` and `errors`, which it may leave with holes. */
function firstOf(error: unknown, find: (each: Failure) => string | undefined): string | undefined {
  const queue = [error]
  for (let index = 0; index < queue.length && index < mostErrors; index++) {
    const each = queue[index]
    if (typeof each !== 'object' || each === null) continue
    const found = find(each as Failure)
    if (found !== undefined) return found
    const { cause, errors } = each as Failure
    queue.push(cause, ...(Array.isArray(errors) ? errors : []))
  }
  return undefined
}

function nameIn(texts: Readonly<Record<string, string>>, name: unknown): string | undefined {
  return typeof name === 'string' && Object.hasOwn(texts, name) ? name : undefined
}
