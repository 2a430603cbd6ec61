import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { HeadBucketCommand, S3, S3Client } from '@aws-sdk/client-s3'
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
import { type AwsClient, type ClientOf, type S3CheckOptions, type S3Operations, s3 } from './s3.ts'

const bucket = 'bucket-4719'
const credentials = { accessKeyId: 'AKIAPLANTED4720', secretAccessKey: 'planted-Secret-4721' }

function settings(port: number) {
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-planted-1',
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
  }
}

function asked(client: ClientOf<AwsClient | S3Operations>, options: Partial<S3CheckOptions> = {}) {
  const check = s3(client, { bucket, command: HeadBucketCommand, timeoutMs: 2_000, ...options })
  const health = createHealth({ checks: { uploads: check } })
  return () => health.check('uploads').run()
}

const found: HttpAnswer = { status: 200, headers: { 'x-amz-bucket-region': 'eu-planted-1' } }

describe('s3 against a server written from the documentation', () => {
  let answer = found
  let server: AnsweringHttp
  let gate: TcpGate
  let client: S3Client
  beforeAll(async () => {
    server = await startAnsweringHttp(() => answer)
    gate = await startTcpGate(server.port)
    client = new S3Client(settings(gate.port))
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
      create: () => s3(client, { bucket, command: HeadBucketCommand, timeoutMs: 200 }),
      secrets: () => [
        credentials.accessKeyId,
        credentials.secretAccessKey,
        bucket,
        '127.0.0.1',
        String(server.port),
        String(gate.port),
        'eu-planted',
      ],
      heal: become(found),
      works: () => client.send(new HeadBucketCommand({ Bucket: bucket })),
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200 }),
        ...serverFaults(() => server, { frozen: 'timed out after 200 ms' }),
        'a bucket that is gone': { inject: become({ status: 404 }), expect: { text: 'bucket not found' } },
        'credentials that do not do': {
          inject: become({ status: 403 }),
          expect: { text: 'permission denied' },
        },
        'an outage': { inject: become({ status: 503 }), expect: { text: 'HTTP 503' } },
      },
      connections: () => gate.accepted,
      questions: () => server.requests.length,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('asks HeadBucket of the one bucket, by either client, or a function for it', async () => {
    const operations = new S3(settings(server.port))
    for (const each of [client, operations, () => client, () => operations]) {
      expect(await asked(each)()).toMatchObject({ status: 'UP', message: 'bucket found' })
      expect(server.requests.at(-1)).toBe(`HEAD /${bucket}/`)
    }
    const check = s3(operations, { bucket })
    const health = createHealth({ checks: { uploads: check } })
    expect((await health.check('uploads').run()).status).toBe('UP')
    operations.destroy()
  })

  test('a bucket of another region is told from one that is gone', async () => {
    answer = { status: 301, headers: { 'x-amz-bucket-region': 'us-hidden-9' } }
    const report = await asked(client)()
    expect(report).toMatchObject({ status: 'DOWN', error: 'in another region' })
    expect(JSON.stringify(report)).not.toContain('hidden')
    answer = found
  })

  test('a client without a region is told so', async () => {
    const lost = new S3Client({
      ...settings(server.port),
      region: async (): Promise<string> => {
        throw new Error('Region is missing')
      },
    })
    expect(await asked(lost)()).toMatchObject({ status: 'DOWN', error: 'no region' })
  })

  test('a client without credentials is told so', async () => {
    const poor = new S3Client({
      ...settings(server.port),
      credentials: async () => {
        throw Object.assign(new Error('looked in /home/hidden'), { name: 'CredentialsProviderError' })
      },
    })
    const report = await asked(poor)()
    expect(report).toMatchObject({ status: 'DOWN', error: 'no credentials' })
    expect(JSON.stringify(report)).not.toContain('hidden')
  })
})

describe('s3 without a server', () => {
  test('a port that refuses is DOWN with the retries that the SDK makes by default', async () => {
    const run = asked(new S3Client({ ...settings(await closedPort()), maxAttempts: 3 }))
    expect(await run()).toMatchObject({ status: 'DOWN', error: 'connection refused' })
  })

  test('a port that accepts and never answers costs no connection longer than a run', async () => {
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const run = asked(new S3Client(settings(silent.port)), { timeoutMs: 50 })
    for (let probe = 0; probe < 20; probe++)
      expect(await run()).toMatchObject({ status: 'DOWN', error: 'timed out after 50 ms' })
    await expect.poll(() => silent.open).toBe(0)
  })

  test('what is set up wrongly is told together, by createHealth', () => {
    const options = { bucket: '', command: 'HeadBucket', timeoutMS: 3 } as unknown as S3CheckOptions
    const make = () =>
      createHealth({ checks: { uploads: s3('s3://hidden' as unknown as S3Client, options) } })
    expect(make).toThrow(/checks\.uploads\.client: expected an S3, or an S3Client with the option command/)
    for (const field of ['bucket', 'command', 'timeoutMS']) expect(make).toThrow(`checks.uploads.${field}:`)
    expect(make).not.toThrow(/hidden/)
    const bare = () => createHealth({ checks: { uploads: s3(new S3Client({}), { bucket }) } })
    expect(bare).toThrow(/with the option command: HeadBucketCommand/)
    const other = new DynamoDBClient({}) as unknown as S3Client
    const wrong = () =>
      createHealth({ checks: { uploads: s3(other, { bucket, command: HeadBucketCommand }) } })
    expect(wrong).toThrow(/client: expected an S3, or an S3Client/)
    expect(() =>
      createHealth({ checks: { uploads: s3(new S3({}), undefined as unknown as S3CheckOptions) } }),
    ).toThrow('checks.uploads.bucket:')
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(s3).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<S3Client>().toExtend<AwsClient>()
    expectTypeOf<S3>().toExtend<S3Operations>()
    // @ts-expect-error a dependency cannot restart the process
    s3(new S3({}), { bucket, probes: ['liveness'] })
  })
})
