/** A line to one other process or thread. Both ends are alike. */
export interface Channel {
  /** Sends plain data; what cannot be sent, because the other end is gone or takes nothing, is dropped. */
  post(message: object): void
  /** Hears what the other end sends; returns what ends it. That the other end has gone shows by its silence. */
  listen(onMessage: (message: unknown) => void): () => void
}
