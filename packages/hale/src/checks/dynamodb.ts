import type { ClientOf } from '../check-parts/asking/client-check.ts'
import { type AwsClient, type AwsCommand, awsCheck } from '../check-parts/http/aws.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, type Outcome, up } from '../core/outcome.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'
export type { AwsClient, AwsCommand } from '../check-parts/http/aws.ts'

/** The `DynamoDB` of @aws-sdk/client-dynamodb, which has a method for each operation. */
export interface DynamodbOperations {
  describeTable(input: { TableName: string }, options: object): PromiseLike<unknown>
}

/** Options of `dynamodb`. Durations are milliseconds. */
export interface DynamodbCheckOptions extends DependencyCheckOptions {
  /** The table that the application uses, by its name or ARN. */
  readonly table: string
  /** `DescribeTableCommand`, which a bare `DynamoDBClient` needs; a `DynamoDB` does not. */
  readonly command?: AwsCommand
}

/** Of the states of a table: those in which it cannot be used. */
const unusable: Readonly<Record<string, string>> = {
  CREATING: 'table being created',
  DELETING: 'table being deleted',
  ARCHIVING: 'table archived',
  ARCHIVED: 'table archived',
  INACCESSIBLE_ENCRYPTION_CREDENTIALS: 'encryption key not accessible',
}

/**
 * Is the table there, and can it be used? Takes the `DynamoDBClient` or `DynamoDB` of @aws-sdk/client-dynamodb that the
 * application has, or a function that returns the current one. It asks DescribeTable, which needs the permission
 * `dynamodb:DescribeTable` on this one table (ListTables would need it on all), reads no item and costs no capacity.
 *
 * UP `active`, also while the table is being updated. DEGRADED `throttled`: the service answers, but not this. DOWN
 * `table not found`, `permission denied`, `table being deleted`, or another text of the fixed vocabulary. Data:
 * `indexes` and how many of them are `active`.
 *
 * @example
 * ```ts
 * import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
 * import { createHealth } from 'hale'
 * import { dynamodb } from 'hale/checks/dynamodb'
 *
 * const client = new DynamoDBClient({})
 * const health = createHealth({
 *   checks: { orders: dynamodb(client, { table: 'orders', command: DescribeTableCommand, timeoutMs: 700 }) },
 * })
 * ```
 */
export function dynamodb(
  client: ClientOf<AwsClient | DynamodbOperations>,
  options: DynamodbCheckOptions,
): CheckDefinition<'readiness'> {
  return awsCheck({
    client,
    options,
    expected: 'a DynamoDB, or a DynamoDBClient with the option command: DescribeTableCommand',
    service: 'DynamoDB',
    method: 'describeTable',
    option: 'table',
    field: 'TableName',
    texts: { ResourceNotFoundException: 'table not found' },
    outcomeOf,
  })
}

function outcomeOf(answer: unknown): Outcome {
  const { Table: table } = (answer ?? {}) as { Table?: Readonly<Record<string, unknown>> }
  const status = String(table?.TableStatus)
  const indexes = Array.isArray(table?.GlobalSecondaryIndexes) ? table.GlobalSecondaryIndexes : []
  const active = indexes.filter((index: { IndexStatus?: unknown }) => index.IndexStatus === 'ACTIVE').length
  const data = { indexes: indexes.length, active }
  if (Object.hasOwn(unusable, status)) return down(unusable[status], data)
  return status === 'ACTIVE' || status === 'UPDATING' ? up('active', data) : down('answer not as expected')
}
