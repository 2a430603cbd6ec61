import type { CheckType } from '../check-type.ts'
import { bullmq, kafka, mqtt, nats, rabbitmq } from './brokers.ts'
import { all, any, quorum } from './composites.ts'
import { etcd, ldap, smtp, zookeeper } from './coordination.ts'
import { mongodb, mysql, postgres, redis } from './databases.ts'
import { clockSkew, consul, healthEndpoint, http } from './http.ts'
import { disk, eventLoop, fileDescriptors, gc, memory, writable } from './machine.ts'
import { dns, grpc, tcp, tls, udp, unixSocket } from './sockets.ts'
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
