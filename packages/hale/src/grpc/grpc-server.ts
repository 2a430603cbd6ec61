/** A server of `@grpc/grpc-js`, as far as it is needed. */
export interface GrpcServer {
  addService(definition: never, implementation: never): unknown
  removeService(definition: never): unknown
  tryShutdown(callback: (error?: Error) => void): void
}

/**
 * Has something done before the server waits for its last call, since an open Watch never ends by itself. The server
 * tells nobody that it is being shut down, so its method is put behind ours; returns what takes that away.
 */
export function beforeShutdown(server: GrpcServer, work: () => void): () => void {
  const own = Object.getOwnPropertyDescriptor(server, 'tryShutdown')
  const original = server.tryShutdown
  const wrapped = (callback: (error?: Error) => void): void => {
    work()
    original.call(server, callback)
  }
  server.tryShutdown = wrapped
  return () => {
    // Somebody else has come after us: what they call is ours.
    if (server.tryShutdown !== wrapped) return
    if (own === undefined) Reflect.deleteProperty(server, 'tryShutdown')
    else Object.defineProperty(server, 'tryShutdown', own)
  }
}
