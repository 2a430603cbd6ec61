import type { CheckDefinition } from '../../core/check.ts'
import { degraded, type Outcome } from '../../core/outcome.ts'
import { kindOf, Problems } from '../../errors/problems.ts'
import { clientCheck } from '../asking/client-check.ts'
import { hasMethod } from '../asking/structure.ts'

/** A bare client of the AWS SDK for JavaScript v3, such as `S3Client`. */
export interface AwsClient {
  send(command: object, options: object): PromiseLike<unknown>
  readonly config: object
}

/** The class of a command, such as `HeadBucketCommand`. */
// biome-ignore lint/suspicious/noExplicitAny: the class of any command, whatever input it takes
export type AwsCommand = new (input: any) => object

/** A client that has a method for each operation, such as `S3`. */
type AwsOperations = Readonly<Record<string, (input: object, options: object) => PromiseLike<unknown>>>

/** One operation on one thing of a service. */
export interface AwsCheck {
  readonly client: unknown
  readonly options: unknown
  /** What the client should be, for the error that says what was given instead. */
  readonly expected: string
  /** As the SDK calls it, such as `S3`. */
  readonly service: string
  /** Such as `headBucket`. */
  readonly method: string
  /** The option that names the thing, such as `bucket`, which the operation calls `Bucket`. */
  readonly option: string
  readonly field: string
  /** By the name of an error, or by the status of an answer without a body. */
  readonly texts: Readonly<Record<string, string>>
  readonly outcomeOf: (answer: unknown) => Outcome
}

const throttled = 'throttled'

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
  SlowDown: throttled,
  ThrottlingException: throttled,
  ProvisionedThroughputExceededException: throttled,
  RequestLimitExceeded: throttled,
}

/** Makes the definition of a check that asks a service of AWS about one thing. */
export function awsCheck(parts: AwsCheck): CheckDefinition<'readiness'> {
  const { client, expected, service, method, option, field, texts, outcomeOf } = parts
  const problems = new Problems()
  const { command, [option]: named, ...rest } = problems.object('options', parts.options)
  const thing = problems.string(option, named ?? null)
  if (thing === '') problems.add(option, `expected the name of a ${option}, got an empty string`)
  if (command !== undefined && typeof command !== 'function')
    problems.add('command', `expected the class of a command, got ${kindOf(command)}`)
  const Command = typeof command === 'function' ? (command as AwsCommand) : undefined
  const isBare = (value: unknown): value is AwsClient => Command !== undefined && isClientOf(value, service)
  const textOf = (error: unknown) => awsText(error, texts)
  return clientCheck<AwsClient | AwsOperations>({
    client,
    expected,
    isClient: (value): value is AwsClient | AwsOperations => hasMethod(value, method) || isBare(value),
    problems,
    options: rest,
    ownOptions: [option, 'command'],
    textOf,
    ask: async (current, { signal }) => {
      const input = { [field]: thing }
      // The SDK ends the request when the signal is aborted, its own retries included.
      const options = { abortSignal: signal }
      try {
        const answer =
          isBare(current) && Command !== undefined
            ? current.send(new Command(input), options)
            : (current as AwsOperations)[method]?.(input, options)
        return outcomeOf(await answer)
      } catch (error) {
        // It answers, but not this.
        if (textOf(error) === throttled) return degraded(throttled)
        throw error
      }
    },
  })
}

/** Any client of the SDK has `send`, but its service may be another. */
function isClientOf(value: unknown, service: string): value is AwsClient {
  if (!hasMethod(value, 'send')) return false
  const { config } = value as { config?: unknown }
  return (Object(config) as { serviceId?: unknown }).serviceId === service
}

/** The HTTP status that the service answered with; undefined when it did not. */
function awsStatus(error: unknown): number | undefined {
  const { $metadata } = (error ?? {}) as { $metadata?: { httpStatusCode?: unknown } }
  return typeof $metadata?.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined
}

/** A safe text for what the SDK throws; `known` are the check's own. Undefined for anything else. */
function awsText(error: unknown, known: Readonly<Record<string, string>>): string | undefined {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown }
  // A plain Error, thrown before anything is sent.
  if (message === 'Region is missing') return 'no region'
  for (const texts of [known, names])
    if (typeof name === 'string' && Object.hasOwn(texts, name)) return texts[name]
  const status = awsStatus(error)
  if (status !== undefined && Object.hasOwn(known, status)) return known[status]
  if (status === 403) return 'permission denied'
  return status !== undefined && status >= 300 && status <= 599 ? `HTTP ${status}` : undefined
}
