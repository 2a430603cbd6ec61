import { Client } from '@elastic/elasticsearch'
import { Client as OpenSearch } from '@opensearch-project/opensearch'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { acceptedBeyond } from '../../../../tests/servers/accepted-connections.ts'
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
  type ClientOf,
  type ElasticsearchCheckOptions,
  type ElasticsearchClient,
  elasticsearch,
} from './elasticsearch.ts'

const opened: { close(): unknown }[] = []

afterEach(async () => {
  for (const client of opened.splice(0)) await client.close()
})

const PASSWORD = 'planted-Secret-4716'
const clients = {
  '@elastic/elasticsearch': (...nodes: readonly string[]) => {
    const client = new Client({ nodes: [...nodes], auth: { username: 'hale', password: PASSWORD } })
    opened.push(client)
    return client
  },
  '@opensearch-project/opensearch': (...nodes: readonly string[]) => {
    const client = new OpenSearch({ nodes: [...nodes], auth: { username: 'hale', password: PASSWORD } })
    opened.push(client)
    return client
  },
}

function asked(client: ClientOf<ElasticsearchClient>, options: ElasticsearchCheckOptions = {}) {
  const health = createHealth({ checks: { search: elasticsearch(client, { timeoutMs: 2_000, ...options }) } })
  return () => health.check('search').run()
}

// As the reference of the cluster health API shows it.
const green = {
  cluster_name: 'secret-cluster-4717',
  status: 'green',
  timed_out: false,
  number_of_nodes: 3,
  number_of_data_nodes: 2,
  active_primary_shards: 10,
  active_shards: 20,
  relocating_shards: 1,
  initializing_shards: 0,
  unassigned_shards: 0,
  delayed_unassigned_shards: 0,
  number_of_pending_tasks: 4,
  number_of_in_flight_fetch: 0,
  task_max_waiting_in_queue_millis: 0,
  active_shards_percent_as_number: 100,
}
const headers = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }
const answerOf = (body: object, status = 200): HttpAnswer => ({ status, headers, body: JSON.stringify(body) })
const refusal = (type: string, status: number) =>
  answerOf(
    { error: { root_cause: [{ type, reason: 'hidden-4718' }], type, reason: 'hidden-4718' }, status },
    status,
  )

describe.each(Object.entries(clients))('elasticsearch through %s', (_name, clientOf) => {
  let answer: HttpAnswer
  let server: AnsweringHttp
  beforeAll(async () => {
    server = await startAnsweringHttp(() => answer)
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const become = (next: HttpAnswer) => () => {
    answer = next
  }

  describe('keeps the contract of checks', () => {
    let client: ElasticsearchClient & { close(): unknown }
    let gate: TcpGate
    beforeAll(async () => {
      answer = answerOf(green)
      gate = await startTcpGate(server.port)
      client = clientOf(`http://127.0.0.1:${gate.port}`)
      opened.pop()
    })
    afterAll(async () => {
      await client.close()
      await gate.close()
    })
    const heal = become(answerOf(green))
    const cases = checkContract({
      create: () => elasticsearch(client, { timeoutMs: 200 }),
      secrets: () => [
        PASSWORD,
        '127.0.0.1',
        String(server.port),
        String(gate.port),
        'secret-cluster-4717',
        'hidden-4718',
      ],
      heal,
      works: () => client.cluster.health({}, {}),
      faults: {
        ...gateFaults(() => gate, { timeoutMs: 200 }),
        ...serverFaults(() => server, {
          frozen: 'timed out after 200 ms',
          killed: /^connection (refused|closed|reset|failed)$|^no node can be reached$/,
        }),
        'a wrong password': {
          inject: become(refusal('security_exception', 401)),
          expect: { text: 'authentication failed' },
        },
        'no master': {
          inject: become(refusal('master_not_discovered_exception', 503)),
          expect: { text: 'no master elected' },
        },
        'a proxy in its place': {
          inject: become({ status: 502, headers, body: '{}' }),
          expect: { text: 'HTTP 502' },
        },
        'a missing replica': {
          inject: become(answerOf({ ...green, status: 'yellow' })),
          expect: { status: 'DEGRADED', text: 'yellow' },
        },
        'a missing primary': {
          inject: become(answerOf({ ...green, status: 'red' })),
          expect: { text: 'red' },
        },
      },
      connections: () => acceptedBeyond(2, gate),
      questions: () => server.requests.length,
    })
    test.each(cases)('$name', { timeout: 120_000 }, ({ run }) => run())
  })

  test('tells numbers of the cluster, and none of its names', async () => {
    answer = answerOf({ ...green, status: 'yellow', unassigned_shards: 5 })
    const report = await asked(clientOf(server.url))()
    const data = { nodes: 3, shards: 20, unassigned: 5, relocating: 1, tasks: 4 }
    expect(report).toMatchObject({ status: 'DEGRADED', message: 'yellow', data })
    expect(JSON.stringify(report)).not.toMatch(/secret-cluster|127\.0/)
  })

  test('leaves out the numbers that it is not told', async () => {
    answer = answerOf({ status: 'yellow' })
    const bare = await asked(clientOf(server.url))()
    expect(bare).toMatchObject({ status: 'DEGRADED', message: 'yellow' })
    expect(bare.data).toBeUndefined()
    answer = answerOf({ status: 'green', number_of_nodes: 1, active_shards: null })
    expect((await asked(clientOf(server.url))()).data).toEqual({ nodes: 1 })
  })

  test('colours count as the options say', async () => {
    const client = clientOf(server.url)
    answer = answerOf({ ...green, status: 'yellow' })
    expect((await asked(client, { yellowAs: 'UP' })()).status).toBe('UP')
    expect(await asked(client, { yellowAs: 'DOWN' })()).toMatchObject({ status: 'DOWN', error: 'yellow' })
    answer = answerOf({ ...green, status: 'red' })
    expect(await asked(client, { redAs: 'DEGRADED' })()).toMatchObject({ status: 'DEGRADED', message: 'red' })
    answer = answerOf({ ...green, status: 'constructor' })
    expect(await asked(client)()).toMatchObject({ status: 'DOWN', error: 'answer not as expected' })
  })

  test('asks for the indices it is given, and for no longer than it has time', async () => {
    answer = answerOf(green)
    await asked(clientOf(server.url), { index: ['orders-*', 'users'], timeoutMs: 1_000 })()
    const asking = new URL(server.requests.at(-1)?.split(' ')[1] ?? '', server.url)
    expect(server.requests.at(-1)).toMatch(/^GET /)
    expect(decodeURIComponent(asking.pathname)).toBe('/_cluster/health/orders-*,users')
    expect(asking.search).toBe('?master_timeout=500ms')
    answer = refusal('index_not_found_exception', 404)
    expect(await asked(clientOf(server.url), { index: 'x' })()).toMatchObject({ error: 'index not found' })
    answer = refusal('security_exception', 403)
    expect(await asked(clientOf(server.url))()).toMatchObject({ error: 'permission denied' })
  })

  test('a node that is gone is made up for by another', async () => {
    answer = answerOf(green)
    const client = clientOf(`http://127.0.0.1:${await closedPort()}`, server.url)
    for (let probe = 0; probe < 5; probe++) expect((await asked(client)()).status).toBe('UP')
  })

  test('a port that refuses, and one that never answers, are DOWN within the time', async () => {
    const refused = asked(clientOf(`http://127.0.0.1:${await closedPort()}`), { timeoutMs: 1_000 })
    for (let probe = 0; probe < 5; probe++)
      expect(await refused()).toMatchObject({ error: 'connection refused' })
    await using silent = await startFaultyTcp({ kind: 'silent' })
    const black = asked(clientOf(`http://127.0.0.1:${silent.port}`), { timeoutMs: 50 })
    for (let probe = 0; probe < 20; probe++)
      expect(await black()).toMatchObject({ status: 'DOWN', error: 'timed out after 50 ms' })
    // What is aborted costs its connection; @elastic/elasticsearch opens the next ones ahead.
    await expect.poll(() => silent.open).toBeLessThanOrEqual(2)
  })
})

describe('elasticsearch', () => {
  test('what is set up wrongly is told together, by createHealth', () => {
    const options = { index: [], yellowAs: 'green', redAs: 'UP', timeoutMS: 3 } as object
    const make = () =>
      createHealth({ checks: { search: elasticsearch('http://hidden' as unknown as Client, options) } })
    expect(make).toThrow(/checks\.search\.client: expected a client of @elastic\/elasticsearch/)
    for (const field of ['index', 'yellowAs', 'redAs', 'timeoutMS'])
      expect(make).toThrow(`checks.search.${field}:`)
    expect(make).not.toThrow(/hidden/)
  })

  test('is a check of readiness alone', () => {
    expectTypeOf(elasticsearch).returns.toEqualTypeOf<CheckDefinition<'readiness'>>()
    expectTypeOf<Client>().toExtend<ElasticsearchClient>()
    expectTypeOf<OpenSearch>().toExtend<ElasticsearchClient>()
    // @ts-expect-error a dependency cannot restart the process
    elasticsearch(() => undefined as unknown as Client, { probes: ['liveness'] })
  })
})
