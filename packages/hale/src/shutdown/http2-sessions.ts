import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Surroundings } from './managed-server.ts'
import { type Asked, asked, type OpenThing } from './open-thing.ts'

/** How long a session accepted at the last moment may take to ask for something. */
const silenceMs = 100

/**
 * The HTTP/2 sessions of a server, and their streams.
 *
 * While draining a session is sent GOAWAY with the last stream that was taken: streams under way finish, and one that
 * crosses the frame on its way is not run, which the client knows and may repeat elsewhere (RFC 9113, 6.8). The
 * notice with the highest stream number, which would have those served too, is not to be had: Node's HTTP/2 library
 * ignores new streams after any GOAWAY that Node can send, so clients would wait for answers that never come.
 */
export class Http2Sessions {
  readonly #surroundings: Surroundings
  readonly #sessions = new Map<ServerHttp2Session, { told: boolean }>()
  readonly #streams = new Map<ServerHttp2Stream, Asked>()
  #draining = false
  #stopping = false
  #quiet: () => void = () => {}

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  add(session: ServerHttp2Session): void {
    if (this.#sessions.has(session)) return
    this.#sessions.set(session, { told: false })
    session.once('close', () => {
      this.#sessions.delete(session)
      this.#considerQuiet()
    })
    if (this.#stopping) this.#surroundings.after(silenceMs, () => this.#end(session))
  }

  stream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const { session } = stream
    if (session === undefined) return
    this.add(session as ServerHttp2Session)
    const now = this.#surroundings.now()
    const method = String(headers[':method'] ?? '')
    this.#streams.set(stream, asked(method, String(headers[':path'] ?? ''), now))
    stream.once('close', () => {
      this.#streams.delete(stream)
      // A session that began while draining has come to ask something: it is told after its first answer.
      if (this.#stopping) this.#end(session as ServerHttp2Session)
      else if (this.#draining) this.#tell(session as ServerHttp2Session)
    })
  }

  drain(): void {
    this.#draining = true
    for (const session of [...this.#sessions.keys()]) this.#tell(session)
  }

  /** Ends each session after its last stream; resolves when none is left. */
  stop(): Promise<void> {
    this.#stopping = true
    for (const session of [...this.#sessions.keys()]) this.#end(session)
    return new Promise((resolve) => {
      this.#quiet = resolve
      this.#considerQuiet()
    })
  }

  cut(): void {
    for (const session of [...this.#sessions.keys()]) session.destroy()
  }

  open(): OpenThing[] {
    const now = this.#surroundings.now()
    return [...this.#streams.values()].map(({ method, path, since }) => ({
      kind: 'request',
      method,
      path,
      openMs: now - since,
    }))
  }

  #tell(session: ServerHttp2Session): void {
    const state = this.#sessions.get(session)
    if (state === undefined || state.told || session.closed || session.destroyed) return
    state.told = true
    session.goaway()
  }

  #end(session: ServerHttp2Session): void {
    if (!session.closed && !session.destroyed) session.close()
  }

  #considerQuiet(): void {
    if (this.#stopping && this.#sessions.size === 0) this.#quiet()
  }
}
