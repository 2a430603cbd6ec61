/** A line to one other process or thread. Both ends are alike. */
export interface Channel {
  /** Sends plain data; false when it was dropped, because the other end is gone or takes nothing more for now. */
  post(message: object): boolean
  /** Hears what the other end sends; returns what ends it. That the other end has gone shows by its silence. */
  listen(onMessage: (message: unknown) => void): () => void
}
