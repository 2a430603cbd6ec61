import { DescribeTableCommand, DynamoDB, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import {
  type AnsweringHttp,
  type HttpAnswer,
  startAnsweringHttp,
} from '../../../../tests/servers/answering-http.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { gateFaults } from '../../../../tests/servers/gate-faults.ts'
import { serverFaults } from '../../../../tests/servers/server-faults.ts'
import { startTcpGate, type TcpGate } from '../../../../tests/servers/tcp-gate.ts'
import type { CheckDefinition } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { checkContract } from '../testing/check-contract.ts'
import {
  type AwsClient,
  type ClientOf,
  type DynamodbCheckOptions,
  type DynamodbOperations,
  dynamodb,
} from './dynamodb.ts'

const table = 'table-4722'
const credentials = { accessKeyId: 'AKIAPLANTED4723', secretAccessKey: 'planted-Secret-4724' }

function settings(port: number) {
  return { endpoint: `http://127.0.0.1:${port}`, region: 'eu-planted-1', credentials, maxAttempts: 1 }
}

function asked(
  client: ClientOf<AwsClient | DynamodbOperations>,
  options: Partial<DynamodbCheckOptions> = {},
) {
  const check = dynamodb(client, { table, command: DescribeTableCommand, timeoutMs: 2_000, ...options })
  const health = createHealth({ checks: { orders: check } })
  return () => health.check('orders').run()
}

const json = (body: object, status = 200): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(body),
})
// As the reference of DescribeTable shows it.
const described = (status: string, ...indexes: readonly string[]): HttpAnswer =>
  json({
    Table: {
      TableName: table,
      TableArn: `arn:aws:dynamodb:eu-planted-1:123456789012:table/${table}`,
      TableStatus: status,
      ItemCount: 0,
      ...(indexes.length > 0 && {
        GlobalSecondaryIndexes: indexes.map((IndexStatus) => ({ IndexName: 'hidden-4725', IndexStatus })),
      }),
    },
  })
const refusal = (type: string, status = 400) =>
  json({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: `hidden-4726 ${table}` }, status)

describe('dynamodb against a server written from the documentation', () => {
  let answer = described('ACTIVE')
  const bodies: string[] = []
  let server: AnsweringHttp
  let gate: TcpGate
  let client: DynamoDBClient
  beforeAll(async () => {
    server = await startAnsweringHttp((request, body) => {
      bodies.push(`${request.headers['x-amz-target']} ${body}`)
      return answer
    })
    gate = await startTcpGate(server.port)
    client = new DynamoDBClient(settings(gate.port))
  })
  afterAll(async () => {
    client.destroy()
    await gate.close()
    await server[Symbol.asyncDispose]()
  })
  const become = (next: HttpAnswer) => () => {
    answer = next
  }

  describe('keeps the contract of checks', () => {
    const cases = checkContract({
      create: () => dynamodb(client, { table, command: DescribeTableCommand, timeoutMs: 200 }),
      secrets: () => [
        credentials.accessKeyId,
        credentials.secretAccessKey,
        table,
        '127.0.0.1',
        String(server.port),
        String(gate.port),
        'hidden-4726',
      ],
      heal: become(described('ACTIVE')),
      works: () => client.send(new DescribeTableCommand({ TableName: table })),
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200 }),
        ...serverFaults(() => server, { frozen: 'timed out after 200 ms' }),
        'credentials that do not do': {
          inject: become(refusal('UnrecognizedClientException')),
          expect: { text: 'authentication failed' },
        },
        'a permission that is missing': {
          inject: become(refusal('AccessDeniedException')),
          expect: { text: 'permission denied' },
        },
        'a table that is gone': {
          inject: become(refusal('ResourceNotFoundException')),
          expect: { text: 'table not found' },
        },
        'a service that throttles': {
          inject: become(refusal('ThrottlingException')),
          expect: { status: 'DEGRADED', text: 'throttled' },
        },
        'an outage': { inject: become(refusal('InternalServerError', 500)), expect: { text: 'HTTP 500' } },
      },
      connections: () => gate.accepted,
      questions: () => server.requests.length,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('asks DescribeTable of the one table, by either client, or a function for it', async () => {
    answer = described('ACTIVE', 'ACTIVE', 'CREATING')
    const operations = new DynamoDB(settings(server.port))
    const data = { indexes: 2, active: 1 }
    for (const each of [client, operations, () => client]) {
      const report = await asked(each)()
      expect(report).toMatchObject({ status: 'UP', message: 'active', data })
      expect(JSON.stringify(report)).not.toMatch(/hidden-|table-4722/)
      expect(bodies.at(-1)).toBe(`DynamoDB_20120810.DescribeTable {"TableName":"${table}"}`)
    }
    const health = createHealth({ checks: { orders: dynamodb(operations, { table }) } })
    expect((await health.check('orders').run()).status).toBe('UP')
    operations.destroy()
  })

  test.for([
    ['UPDATING', 'UP', 'active'],
    ['CREATING', 'DOWN', 'table being created'],
    ['DELETING', 'DOWN', 'table being deleted'],
    ['ARCHIVED', 'DOWN', 'table archived'],
    ['INACCESSIBLE_ENCRYPTION_CREDENTIALS', 'DOWN', 'encryption key not accessible'],
    ['toString', 'DOWN', 'answer not as expected'],
  ] as const)('a table that is %s is %s', async ([state, status, text]) => {
    answer = described(state)
    const report = await asked(client)()
    expect([report.status, report.error ?? report.message]).toEqual([status, text])
  })
})

describe('dynamodb without a server', () => {
  test('a port that refuses is DOWN', async () => {
    const run = asked(new DynamoDBClient(settings(await closedPort())))
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'connection refused' })
  })

  test('a port that accepts and never answers costs no connection longer than a run', async () => {
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const run = asked(new DynamoDBClient(settings(silent.port)), { timeoutMs: 50 })
    for (let probe = 0; probe < 20; probe++)
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'timed out after 50 ms' })
    await expect.poll(() => silent.open).toBe(0)
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const options = { table: 7, command: {}, timeoutMS: 3 } as unknown as DynamodbCheckOptions
    const make = () =>
      createHealth({ checks: { orders: dynamodb({} as unknown as DynamoDBClient, options) } })
    expect(make).toThrow(/checks\.orders\.client: expected a DynamoDB, or a DynamoDBClient with the option/)
    for (const field of ['table', 'command', 'timeoutMS']) expect(make).toThrow(`checks.orders.${field}:`)
    const bare = () => createHealth({ checks: { orders: dynamodb(new DynamoDBClient({}), { table }) } })
    expect(bare).toThrow(/with the option command: DescribeTableCommand/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(dynamodb).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<DynamoDBClient>().toExtend<AwsClient>()
    expectTypeOf<DynamoDB>().toExtend<DynamodbOperations>()
    // @ts-expect-error a dependency cannot restart the process
    dynamodb(new DynamoDB({}), { table, probes: ['liveness'] })
  })
})
