import type { IoredisCluster, NodeRedisCluster, NodeRedisNode, RedisConnection } from './redis-client.ts'

/** A node that must be there: its connection, or how the client opens one when it first needs it, or neither. */
export interface ClusterNode {
  readonly key: object
  readonly isPrimary?: boolean
  readonly connection?: RedisConnection | undefined
  readonly open?: () => PromiseLike<RedisConnection>
}

/** Those of a cluster, as its client knows them just now. */
export function clusterNodes(cluster: IoredisCluster | NodeRedisCluster): readonly ClusterNode[] {
  return 'nodeClient' in cluster ? nodesOfNodeRedis(cluster) : nodesOfIoredis(cluster)
}

/**
 * ioredis forgets a node as soon as its connection ends; that one is missing shows only in its table of slots. A
 * replica from which the application never reads has no connection, and gets none for the check's sake.
 */
function nodesOfIoredis(cluster: IoredisCluster): readonly ClusterNode[] {
  const { scaleReads = 'master' } = cluster.options ?? {}
  const connections = new Map(cluster.nodes().map((connection) => [keyOf(connection), connection]))
  const keys = new Set<string>()
  const primaries = new Set<string>()
  let last: readonly string[] | undefined
  for (const slot of cluster.slots ?? []) {
    // The slots of a range share one list.
    if (slot === undefined || slot === last) continue
    last = slot
    for (const key of slot.slice(0, 1)) primaries.add(key)
    for (const key of scaleReads === 'master' ? slot.slice(0, 1) : slot) keys.add(key)
  }
  return [...keys].map((key) => {
    const connection = connections.get(key)
    return { key: connection ?? cluster, isPrimary: primaries.has(key), connection }
  })
}

function keyOf(connection: RedisConnection): string {
  const { host, port } = (connection as { options?: { host?: unknown; port?: unknown } }).options ?? {}
  return `${host}:${port}`
}

function nodesOfNodeRedis(cluster: NodeRedisCluster): readonly ClusterNode[] {
  const nodeOf = (node: NodeRedisNode): ClusterNode =>
    node.client === undefined
      ? { key: node, open: () => cluster.nodeClient(node) }
      : { key: node.client, connection: node.client }
  return [...cluster.masters, ...cluster.replicas.filter(({ client }) => client !== undefined)].map(nodeOf)
}
