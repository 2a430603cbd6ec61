import { describe, expect, test } from 'vitest'
import { kafkaRefusal, kafkaText } from './kafka-errors.ts'

function failure(fields: object, message = 'planted 127.0.0.1:9092'): Error {
  return Object.assign(new Error(message), fields)
}

describe('kafkaText', () => {
  test.each([
    [failure({ type: 'GROUP_AUTHORIZATION_FAILED', code: 30 }), 'permission denied'],
    [failure({ apiId: 'COORDINATOR_NOT_AVAILABLE' }), 'group coordinator not available'],
    [
      failure({
        name: 'KafkaJSNumberOfRetriesExceeded',
        cause: failure({ type: 'UNKNOWN_TOPIC_OR_PARTITION' }),
      }),
      'topic not found',
    ],
    [
      failure({
        code: 'PLT_KFK_MULTIPLE',
        errors: [undefined, failure({ errors: [failure({ apiId: 'LEADER_NOT_AVAILABLE' })] })],
      }),
      'a partition has no leader',
    ],
    [failure({ name: 'KafkaJSSASLAuthenticationError' }), 'authentication failed'],
    [
      failure({ code: 'PLT_KFK_NETWORK', cause: failure({ code: 'PLT_KFK_AUTHENTICATION' }) }),
      'authentication failed',
    ],
    [failure({ name: 'KafkaJSRequestTimeoutError' }), 'timed out waiting for an answer'],
    [failure({}, 'Connection closed'), 'connection closed'],
    [failure({}, 'Broker not connected'), 'not connected'],
    [failure({}, 'Connection to 10.0.0.1:9092 timed out.'), 'connection timed out'],
  ])('%j', (error, text) => {
    expect(kafkaText(error)).toBe(text)
  })

  test('leaves codes of the system to the vocabulary, and says nothing of what it does not know', () => {
    expect(
      kafkaText(failure({ cause: failure({ code: 'ECONNREFUSED' }) }, 'Connection closed')),
    ).toBeUndefined()
    expect(kafkaText(failure({ type: 'constructor', name: 'toString', code: 7 }))).toBeUndefined()
    for (const other of [undefined, null, 'Connection closed', 3]) expect(kafkaText(other)).toBeUndefined()
  })

  test('ends with errors that are their own cause', () => {
    const error = failure({})
    error.cause = error
    expect(kafkaText(error)).toBeUndefined()
    expect(kafkaRefusal(error)).toBeUndefined()
  })
})
