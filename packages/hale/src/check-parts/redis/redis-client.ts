import { hasMethod } from '../asking/structure.ts'

/** A client of ioredis or node-redis, one found through sentinels or a pool of them included. */
export interface RedisConnection {
  ping(): PromiseLike<unknown>
  expire(...parameters: never[]): unknown
}

/** An ioredis `Cluster`. */
export interface IoredisCluster extends RedisConnection {
  nodes(): readonly RedisConnection[]
  readonly slots?: readonly (readonly string[])[]
  readonly options?: { readonly scaleReads?: unknown }
}

/** A node of a cluster of node-redis. */
export interface NodeRedisNode {
  readonly client?: RedisConnection
}

/** A cluster of node-redis. */
export interface NodeRedisCluster {
  readonly masters: readonly NodeRedisNode[]
  readonly replicas: readonly NodeRedisNode[]
  nodeClient(node: NodeRedisNode): PromiseLike<RedisConnection>
}

/** A client that the application has, known by its structure. */
export type RedisClient = RedisConnection | IoredisCluster | NodeRedisCluster

/** Whether it is one. */
export function isRedisClient(value: unknown): value is RedisClient {
  return (
    hasMethod(value, 'ping', 'expire') ||
    (hasMethod(value, 'nodeClient') && Array.isArray((value as NodeRedisCluster).masters))
  )
}

/** Whether it is a cluster of either. */
export function isCluster(client: RedisClient): client is IoredisCluster | NodeRedisCluster {
  return hasMethod(client, 'nodes') || hasMethod(client, 'nodeClient')
}
