import type { CassandraCheckOptions, CassandraClient } from 'hale/checks/cassandra'
import type { AwsClient, AwsCommand, DynamodbCheckOptions } from 'hale/checks/dynamodb'
import type { ElasticsearchCheckOptions, ElasticsearchClient } from 'hale/checks/elasticsearch'
import type { MemcachedCheckOptions, MemcachedClient } from 'hale/checks/memcached'
import type { MssqlCheckOptions, MssqlPool } from 'hale/checks/mssql'
import type { S3CheckOptions } from 'hale/checks/s3'
import { checkType, notInFile } from '../check-type.ts'
import { Connections, type Emitter, exported, make } from '../driver.ts'
import {
  addresses,
  flag,
  needed,
  nonEmptyList,
  oneOf,
  port,
  query,
  saturation,
  secretText,
  text,
  thresholds,
  url,
} from '../field.ts'

export const mssql = checkType<MssqlCheckOptions>()({
  name: 'mssql',
  summary: 'SQL Server answers a query',
  needs: 'mssql',
  target: {
    host: needed(text('A host name or an address.')),
    port: port('The port.', '1433'),
    username: text('Who asks.'),
    password: secretText('The password.'),
    database: text('The database.'),
    encrypt: flag('Whether the connection is encrypted.', true),
    trustServerCertificate: flag('Whether any certificate will do.', false),
  },
  options: { query: query('SELECT 1'), ...saturation },
  async make(target, options, { driver, clientError }) {
    const { mssql } = await import('hale/checks/mssql')
    type Pool = MssqlPool & Emitter & { connect(): Promise<unknown>; close(): Promise<void> }
    const { host, port = 1433, username, password, database } = target
    const { encrypt = true, trustServerCertificate = false } = target
    const settings = {
      server: host,
      port,
      options: { encrypt, trustServerCertificate, appName: 'hale' },
      pool: { max: 2, min: 0 },
      ...(username !== undefined && { user: username, password }),
      ...(database !== undefined && { database }),
    }
    const connections = new Connections<Pool>(
      async () => {
        const pool = make<Pool>(driver, 'ConnectionPool', settings)
        pool.on('error', clientError)
        await pool.connect()
        return pool
      },
      (pool) => pool.close(),
    )
    return { check: mssql(() => connections.get(), options), close: () => connections.close() }
  },
})

export const memcached = checkType<MemcachedCheckOptions>()({
  name: 'memcached',
  summary: 'Memcached answers',
  needs: 'memjs',
  target: {
    servers: needed(addresses('The servers, such as cache-1:11211.')),
    username: text('For SASL.'),
    password: secretText('For SASL.'),
  },
  options: {
    nodes: oneOf('How many servers must be up.', ['all', 'quorum', 'any'], 'any'),
    connections: thresholds('The connections in use, of the most.', 'share'),
  },
  async make({ servers, username, password }, options, { driver }) {
    const { memcached } = await import('hale/checks/memcached')
    type Client = MemcachedClient & { close(): void }
    const { create } = exported<{ create(servers: string, settings: object): Client }>(driver, 'Client')
    const login = username === undefined ? {} : { username, password }
    const client = create(servers.join(','), { logger: { log: () => {} }, ...login })
    return { check: memcached(client, options), close: () => client.close() }
  },
})

const elasticsearchOptions = {
  index: nonEmptyList('An index, or a list of them.'),
  yellowAs: oneOf('What yellow counts as.', ['UP', 'DEGRADED', 'DOWN'], 'DEGRADED'),
  redAs: oneOf('What red counts as.', ['DEGRADED', 'DOWN'], 'DOWN'),
}

type SearchClient = ElasticsearchClient & { close(): Promise<void> }

async function searchCheck(node: string, options: ElasticsearchCheckOptions, driver: unknown) {
  const { elasticsearch } = await import('hale/checks/elasticsearch')
  const client = make<SearchClient>(driver, 'Client', { node, maxRetries: 0 })
  return { check: elasticsearch(client, options), close: () => client.close() }
}

export const elasticsearch = checkType<ElasticsearchCheckOptions>()({
  name: 'elasticsearch',
  summary: "Elasticsearch's cluster is green",
  needs: '@elastic/elasticsearch',
  target: { url: needed(url('Such as https://user:password@host:9200.')) },
  options: elasticsearchOptions,
  make: ({ url }, options, { driver }) => searchCheck(url, options, driver),
})

export const opensearch = checkType<ElasticsearchCheckOptions>()({
  name: 'opensearch',
  summary: "OpenSearch's cluster is green",
  needs: '@opensearch-project/opensearch',
  target: { url: needed(url('Such as https://user:password@host:9200.')) },
  options: elasticsearchOptions,
  make: ({ url }, options, { driver }) => searchCheck(url, options, driver),
})

export const cassandra = checkType<CassandraCheckOptions>()({
  name: 'cassandra',
  summary: 'Cassandra answers a query',
  needs: 'cassandra-driver',
  target: {
    servers: needed(addresses('The nodes to begin with, such as cassandra-1:9042.')),
    localDataCenter: needed(text('The data centre that is asked.')),
    username: text('Who asks.'),
    password: secretText('The password.'),
  },
  options: {
    query: query('SELECT key FROM system.local'),
    nodesDown: thresholds('How many nodes may be down.', 'nodes'),
    ...saturation,
  },
  async make({ servers, localDataCenter, username, password = '' }, options, { driver }) {
    const { cassandra } = await import('hale/checks/cassandra')
    const client = make<CassandraClient & { shutdown(): Promise<void> }>(driver, 'Client', {
      contactPoints: servers,
      localDataCenter,
      ...(username !== undefined && { credentials: { username, password } }),
    })
    return { check: cassandra(client, options), close: () => client.shutdown() }
  },
})

const aws = {
  region: text('The region.', { fallback: "that of the SDK's environment" }),
  endpoint: text('Another endpoint, for services that speak its language.'),
}

interface AwsTarget {
  readonly region: string | undefined
  readonly endpoint: string | undefined
}

function awsClient(driver: unknown, name: string, { region, endpoint }: AwsTarget, more: object = {}) {
  type Client = AwsClient & { destroy(): void }
  return make<Client>(driver, name, {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint, ...more }),
    maxAttempts: 1,
  })
}

const command = notInFile('that of the driver is taken')

export const s3 = checkType<S3CheckOptions>()({
  name: 's3',
  summary: 'an S3 bucket is there',
  needs: '@aws-sdk/client-s3',
  target: aws,
  options: { bucket: needed(text('The bucket.')), command },
  async make(target, options, { driver }) {
    const { s3 } = await import('hale/checks/s3')
    const client = awsClient(driver, 'S3Client', target, { forcePathStyle: true })
    const HeadBucketCommand = exported<AwsCommand>(driver, 'HeadBucketCommand')
    return { check: s3(client, { ...options, command: HeadBucketCommand }), close: () => client.destroy() }
  },
})

export const dynamodb = checkType<DynamodbCheckOptions>()({
  name: 'dynamodb',
  summary: 'a DynamoDB table can be used',
  needs: '@aws-sdk/client-dynamodb',
  target: aws,
  options: { table: needed(text('The table.')), command },
  async make(target, options, { driver }) {
    const { dynamodb } = await import('hale/checks/dynamodb')
    const client = awsClient(driver, 'DynamoDBClient', target)
    const Describe = exported<AwsCommand>(driver, 'DescribeTableCommand')
    return { check: dynamodb(client, { ...options, command: Describe }), close: () => client.destroy() }
  },
})
