import { createServer, type IncomingMessage, type Server } from 'node:http'
import { freePort } from './free-port.ts'

/** What a server written for a test answers. */
export interface HttpAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A server that answers as the test says, in place of one that cannot run here. */
export interface AnsweringHttp extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** How many connections it has accepted so far. */
  readonly accepted: number
  /** Every request so far, as `GET /path`. */
  readonly requests: readonly string[]
  /** From now on takes requests and never answers them. */
  stop(): void
  /** Answers again, those that it has taken too. */
  cont(): void
  /** Resets its connections and refuses new ones. */
  kill(): Promise<void>
  /** Listens again on the same port. */
  restart(): Promise<void>
}

/** Starts it on a free port of 127.0.0.1. `answer` is called for each request, with its body read. */
export async function startAnsweringHttp(
  answer: (request: IncomingMessage, body: string) => HttpAnswer,
): Promise<AnsweringHttp> {
  const port = await freePort()
  const requests: string[] = []
  const held: (() => void)[] = []
  let accepted = 0
  let stopped = false
  const start = (): Promise<Server> => {
    const server = createServer(async (request, response) => {
      requests.push(`${request.method} ${request.url}`)
      let body = ''
      for await (const chunk of request) body += chunk
      const { status = 200, headers = {}, body: text = '' } = answer(request, body)
      // Without a length Node closes the connection after its answer to HEAD.
      const framing = { 'content-length': String(Buffer.byteLength(text)) }
      const send = () =>
        response.writeHead(status, { ...framing, ...headers }).end(request.method === 'HEAD' ? '' : text)
      if (stopped) held.push(send)
      else send()
    })
    server.on('connection', () => accepted++)
    // Clients keep idle connections for longer than Node's servers do by default, and find them closed.
    server.keepAliveTimeout = 60_000
    return new Promise((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server))
    })
  }
  const kill = async () => {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  let server = await start()
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    get accepted() {
      return accepted
    },
    stop: () => {
      stopped = true
    },
    cont: () => {
      stopped = false
      for (const send of held.splice(0)) send()
    },
    kill,
    async restart() {
      await kill()
      server = await start()
    },
    [Symbol.asyncDispose]: kill,
  }
}
