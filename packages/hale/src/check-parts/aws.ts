import type { CheckContext } from '../core/check.ts'
import type { Problems } from '../errors/problems.ts'
import { kindOf } from '../errors/problems.ts'
import { hasMethod } from './structure.ts'

/** A bare client of the AWS SDK for JavaScript v3, such as `S3Client`. */
export interface AwsClient {
  send(command: object, options: object): PromiseLike<unknown>
}

/** The class of a command, such as `HeadBucketCommand`. */
// biome-ignore lint/suspicious/noExplicitAny: the class of any command, whatever input it takes
export type AwsCommand = new (input: any) => object

/** What an operation is called by the client that has a method for each, and what it is given. */
export interface AwsOperation {
  /** Such as `headBucket`. */
  readonly method: string
  readonly input: object
  /** For a bare client, which takes commands alone. */
  readonly command: AwsCommand | undefined
}

/** By the name of the error, which is the code that the service answers with. */
const names: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'no credentials',
  AccessDenied: 'permission denied',
  AccessDeniedException: 'permission denied',
  Forbidden: 'permission denied',
  ExpiredToken: 'authentication failed',
  ExpiredTokenException: 'authentication failed',
  IncompleteSignature: 'authentication failed',
  InvalidAccessKeyId: 'authentication failed',
  InvalidClientTokenId: 'authentication failed',
  InvalidSignatureException: 'authentication failed',
  MissingAuthenticationTokenException: 'authentication failed',
  SignatureDoesNotMatch: 'authentication failed',
  UnrecognizedClientException: 'authentication failed',
  RequestTimeTooSkewed: 'clock differs too much',
  PermanentRedirect: 'in another region',
  SlowDown: 'throttled',
  ThrottlingException: 'throttled',
  ProvisionedThroughputExceededException: 'throttled',
  RequestLimitExceeded: 'throttled',
}

/** Reads the option `command`, which a bare client needs. */
export function commandOption(value: unknown, problems: Problems): AwsCommand | undefined {
  if (value === undefined || typeof value === 'function') return value as AwsCommand | undefined
  problems.add('command', `expected the class of a command, got ${kindOf(value)}`)
  return undefined
}

/** Whether something can be asked for an operation. */
export function isAwsClient(value: unknown, { method, command }: AwsOperation): boolean {
  return hasMethod(value, method) || (command !== undefined && hasMethod(value, 'send'))
}

/** Asks; the SDK ends the request when the signal is aborted, its own retries included. */
export function callAws(
  client: object,
  { method, input, command: Command }: AwsOperation,
  { signal }: CheckContext,
): PromiseLike<unknown> {
  const options = { abortSignal: signal }
  if (Command !== undefined && hasMethod(client, 'send'))
    return (client as AwsClient).send(new Command(input), options)
  const operations = client as Readonly<
    Record<string, (input: object, options: object) => PromiseLike<unknown>>
  >
  return operations[method]?.(input, options) ?? Promise.reject(new TypeError(`no ${method}`))
}

/** The HTTP status that the service answered with; undefined when it did not. */
function awsStatus(error: unknown): number | undefined {
  const { $metadata } = (error ?? {}) as { $metadata?: { httpStatusCode?: unknown } }
  return typeof $metadata?.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined
}

/**
 * A safe text for what the SDK throws; `known` are the check's own names, and statuses for answers without a body.
 * Undefined for anything else.
 */
export function awsText(known: Readonly<Record<string, string>>): (error: unknown) => string | undefined {
  return (error) => {
    const { name } = (error ?? {}) as { name?: unknown }
    for (const texts of [known, names])
      if (typeof name === 'string' && Object.hasOwn(texts, name)) return texts[name]
    const status = awsStatus(error)
    if (status !== undefined && Object.hasOwn(known, status)) return known[status]
    if (status === 403) return 'permission denied'
    return status !== undefined && status >= 300 && status <= 599 ? `HTTP ${status}` : undefined
  }
}
