import type { ClientOf } from '../check-parts/asking/client-check.ts'
import { type AwsClient, type AwsCommand, awsCheck } from '../check-parts/http/aws.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { up } from '../core/outcome.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { AwsClient, AwsCommand } from '../check-parts/http/aws.ts'

/** The `S3` of @aws-sdk/client-s3, which has a method for each operation. */
export interface S3Operations {
  headBucket(input: { Bucket: string }, options: object): PromiseLike<unknown>
}

/** Options of `s3`. Durations are milliseconds. */
export interface S3CheckOptions extends DependencyCheckOptions {
  /** The bucket that the application uses. */
  readonly bucket: string
  /** `HeadBucketCommand`, which a bare `S3Client` needs; an `S3` does not. */
  readonly command?: AwsCommand
}

const texts = {
  NotFound: 'bucket not found',
  NoSuchBucket: 'bucket not found',
  301: 'in another region',
}

/**
 * Is the bucket there, and may it be used? Takes the `S3Client` or `S3` of @aws-sdk/client-s3 that the application has,
 * for S3 or whatever speaks its protocol, or a function that returns the current one. It asks HeadBucket, which needs
 * the permission `s3:ListBucket` on the bucket and reads no object.
 *
 * UP `bucket found`. DOWN `bucket not found`, `permission denied`, `in another region`, `no credentials`, or another
 * text of the fixed vocabulary. No data. The SDK repeats a failed request within the check's timeout as it is set up to.
 *
 * @example
 * ```ts
 * import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3'
 * import { createHealth } from 'hale'
 * import { s3 } from 'hale/checks/s3'
 *
 * const client = new S3Client({})
 * const health = createHealth({
 *   checks: { uploads: s3(client, { bucket: 'uploads', command: HeadBucketCommand, timeoutMs: 700 }) },
 * })
 * ```
 */
export function s3(
  client: ClientOf<AwsClient | S3Operations>,
  options: S3CheckOptions,
): CheckDefinition<'readiness'> {
  return awsCheck({
    client,
    options,
    expected: 'an S3, or an S3Client with the option command: HeadBucketCommand',
    service: 'S3',
    method: 'headBucket',
    option: 'bucket',
    field: 'Bucket',
    texts,
    outcomeOf: () => up('bucket found'),
  })
}
