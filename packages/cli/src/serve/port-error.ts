/** A port that cannot be listened on. */
export class PortError extends Error {
  override readonly name = 'PortError'
  /** The field that asks for it, such as `serve.grpc.port`. */
  readonly path: string
  /** What is wrong with it. */
  readonly problem: string
  /** Whether somebody else has it. */
  readonly isTaken: boolean

  constructor(path: string, port: number, cause: unknown) {
    const { code } = cause as { readonly code?: unknown }
    const isOfHost = code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN'
    const reason =
      code === 'EADDRINUSE'
        ? 'is taken; choose another, or end who has it'
        : code === 'EACCES'
          ? 'needs rights that this user has not; choose one above 1023'
          : isOfHost
            ? 'cannot be had at this host, which is none of this machine'
            : `cannot be listened on (${String(code)})`
    const field = isOfHost ? path.replace(/(?:\.offLoop)?\.port$/, '.host') : path
    super(`${field}: port ${port} ${reason}`, { cause })
    this.path = field
    this.isTaken = code === 'EADDRINUSE'
    this.problem = `port ${port} ${reason}`
  }
}

/** Names the field where `listen` fails by a code of the system; mistakes of other kinds are passed on. */
export async function listening<Made>(
  path: string,
  port: number,
  listen: () => Promise<Made>,
): Promise<Made> {
  try {
    return await listen()
  } catch (error) {
    const { code } = error as { readonly code?: unknown }
    if (typeof code !== 'string' || code.startsWith('HALE_')) throw error
    throw new PortError(path, port, error)
  }
}
