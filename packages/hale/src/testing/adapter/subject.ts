import type { Health } from '../../core/health.ts'
import type { HandlerOptions } from '../../http/handler-settings.ts'

/** What `gracefulShutdown` takes in `servers`: anything with `close()`. */
export interface ClosableServer {
  close(...args: never[]): unknown
}

/** An application that listens. */
export interface ContractApplication {
  /** Such as `http://127.0.0.1:43210`. */
  readonly url: string
  /** What `gracefulShutdown` is given in `servers`. */
  readonly server: ClosableServer
  /** Stops listening; called at the end of each case, when every connection has ended, also after a shutdown. */
  close(): Promise<unknown>
}

/**
 * Starts an application on a free port of 127.0.0.1 with the adapter of `health` and `options`, beneath the path
 * `mount` when one is given. The application itself answers `GET /hello` with 200 `hello`, and every path that is
 * nobody's with 404 and the text `application 404`, beneath the base path of health too. It adds no header of its own.
 */
export type StartApplication = (
  health: Health,
  options: HandlerOptions,
  mount?: string,
) => Promise<ContractApplication>

/** The adapter under contract. */
export interface AdapterContractSubject {
  readonly start: StartApplication
  /**
   * The same with the framework's JSON body parser in front of the health endpoints, for frameworks where that is
   * for the application to decide.
   * @default such cases are left out
   */
  readonly startBehindBodyParser?: StartApplication
  /**
   * False when the adapter has no way to be mounted beneath a path.
   * @default true
   */
  readonly mountable?: boolean
  /**
   * False when the adapter cannot know where a request comes from, so that `visibility` by address is not to be had.
   * @default true
   */
  readonly knowsAddress?: boolean
}
