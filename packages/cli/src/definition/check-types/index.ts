import type { CheckType } from '../check-type.ts'
import { bullmq, kafka, mqtt, nats, rabbitmq } from './brokers.ts'
import { all, any, quorum } from './composites.ts'
import { etcd, ldap, smtp, zookeeper } from './coordination.ts'
import { mongodb, mysql, postgres, redis } from './databases.ts'
import { clockSkew, consul, healthEndpoint, http } from './http.ts'
import { disk, eventLoop, fileDescriptors, gc, memory, writable } from './machine.ts'
import { dns, grpc, tcp, tls, udp, unixSocket } from './sockets.ts'
import { sqlite } from './sqlite.ts'
import { cassandra, dynamodb, elasticsearch, memcached, mssql, opensearch, s3 } from './stores.ts'

/** Every check that a file can hold, in the order of the documentation. */
const list: readonly CheckType[] = [
  http,
  healthEndpoint,
  tcp,
  udp,
  unixSocket,
  grpc,
  dns,
  tls,
  postgres,
  mysql,
  mssql,
  sqlite,
  redis,
  memcached,
  mongodb,
  cassandra,
  elasticsearch,
  opensearch,
  dynamodb,
  s3,
  rabbitmq,
  nats,
  kafka,
  mqtt,
  bullmq,
  consul,
  etcd,
  zookeeper,
  smtp,
  ldap,
  disk,
  writable,
  memory,
  fileDescriptors,
  eventLoop,
  gc,
  clockSkew,
  all,
  any,
  quorum,
]

/** By name. */
export const checkTypes: ReadonlyMap<string, CheckType> = new Map(list.map((type) => [type.name, type]))

const otherNamesOf = {
  ...{ postgresql: 'postgres', psql: 'postgres', pg: 'postgres', mariadb: 'mysql', mysql2: 'mysql' },
  ...{ sqlserver: 'mssql', tedious: 'mssql', mongo: 'mongodb', mongoose: 'mongodb', scylla: 'cassandra' },
  ...{
    valkey: 'redis',
    sqlite3: 'sqlite',
    libsql: 'sqlite',
    ioredis: 'redis',
    amqp: 'rabbitmq',
    amqplib: 'rabbitmq',
    kafkajs: 'kafka',
  },
  ...{ mosquitto: 'mqtt', etcd3: 'etcd', mail: 'smtp', nodemailer: 'smtp', minio: 's3', cql: 'cassandra' },
  ...{ https: 'http', url: 'http', web: 'http', socket: 'tcp', port: 'tcp', unix: 'unix-socket', ssl: 'tls' },
  ...{ certificate: 'tls', hale: 'health-endpoint', actuator: 'health-endpoint', health: 'health-endpoint' },
  ...{ ram: 'memory', filesystem: 'disk', storage: 'disk', ntp: 'clock-skew', clock: 'clock-skew' },
}

/** What people call types, and drivers, that have another name here. */
export const otherNames: ReadonlyMap<string, string> = new Map(Object.entries(otherNamesOf))
