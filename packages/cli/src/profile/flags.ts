import type { Command } from 'commander'
import { serviceName } from './service-name.ts'

/** What the command line says of a service, unread. */
export interface ProfileFlags {
  readonly definition?: string
  readonly endpoint?: string
  readonly cacert?: string
  readonly name?: string
  readonly image?: string
  readonly host?: string
  readonly port?: string
  readonly servicePort?: string
  readonly tls?: boolean
  readonly basePath?: string
  readonly budgetMs?: string
  readonly metricsPath?: string
  readonly grpcPort?: string
  readonly agentPort?: string
  readonly replicas?: string
  readonly startupMs?: string
  readonly drainDelayMs?: string
  readonly inFlightMs?: string
  readonly preStop?: boolean
}

/** The options by which a service is described; each goes before what a definition or an endpoint says. */
export function defineProfileFlags(command: Command): Command {
  return command
    .option(
      '-d, --definition <file>',
      'describe the service by a hale.yaml (that of this folder, when there is one)',
    )
    .option(
      '-e, --endpoint <url>',
      'describe the service by asking it: its base path, such as http://localhost:3000/health',
    )
    .option(
      '--cacert <file>',
      'whom to trust that --endpoint is who it says, as PEM, such as a private authority',
    )
    .option('--name <name>', 'name of the service')
    .option('--image <image>', 'container image')
    .option('--host <host>', 'name or address by which others reach it')
    .option('--port <port>', 'port on which the probes are answered')
    .option('--service-port <port>', 'port on which the service answers, when that is another')
    .option('--tls', 'the probes are answered over TLS')
    .option('--base-path <path>', 'path of the endpoint (/health)')
    .option('--budget-ms <ms>', 'longest time of an answer (800)')
    .option('--metrics-path <path>', 'path of the metrics')
    .option('--grpc-port <port>', 'port of grpc.health.v1.Health')
    .option('--agent-port <port>', "port of HAProxy's agent-check")
    .option('--replicas <count>', 'instances that run (2)')
    .option('--startup-ms <ms>', 'longest time until it has started (60000)')
    .option('--drain-delay-ms <ms>', 'how long it goes on serving after the signal to end (5000)')
    .option('--in-flight-ms <ms>', 'longest time of a request (10000)')
    .option('--pre-stop', 'the service does not drain itself: hold back the signal to end instead')
}

/** What the flags said, read. */
export interface SaidByFlags {
  readonly name: string | undefined
  readonly image: string | undefined
  readonly host: string | undefined
  readonly port: number | undefined
  readonly servicePort: number | undefined
  readonly tls: boolean | undefined
  readonly basePath: string | undefined
  readonly budgetMs: number | undefined
  readonly metricsPath: string | undefined
  readonly grpcPort: number | undefined
  readonly agentPort: number | undefined
  readonly replicas: number | undefined
  readonly startupMs: number | undefined
  readonly drainDelayMs: number | undefined
  readonly inFlightMs: number | undefined
  readonly drainsItself: boolean | undefined
}

/** @param problems takes what is wrong with them, so that all of it is said at once. */
export function readFlags(flags: ProfileFlags, problems: string[]): SaidByFlags {
  const integer = (
    flag: string,
    text: string | undefined,
    least: number,
    most: number,
  ): number | undefined => {
    if (text === undefined) return undefined
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    problems.push(`${flag} must be an integer from ${least} to ${most}, not "${text}"`)
    return undefined
  }
  const port = (flag: string, text: string | undefined) => integer(flag, text, 1, 65_535)
  const ms = (flag: string, text: string | undefined, least = 0) => integer(flag, text, least, 86_400_000)
  const path = (flag: string, text: string | undefined): string | undefined => {
    if (text === undefined || /^\/[\w\-.~!$&'()*+,;=:@%/]*$/.test(text)) return text
    problems.push(`${flag} must be a path that begins with / and has no query, not "${text}"`)
    return undefined
  }
  const word = (flag: string, text: string | undefined): string | undefined => {
    if (text === undefined || /^[^\s"'`\\${}]+$/.test(text)) return text
    problems.push(`${flag} must have no spaces, quotes or braces, not "${text}"`)
    return undefined
  }
  const name = flags.name === undefined ? undefined : serviceName(flags.name)
  if (flags.name !== undefined && name === undefined)
    problems.push('--name must have letters or digits of ASCII')
  return {
    name,
    image: word('--image', flags.image),
    host: word('--host', flags.host),
    port: port('--port', flags.port),
    servicePort: port('--service-port', flags.servicePort),
    tls: flags.tls,
    basePath: path('--base-path', flags.basePath),
    budgetMs: ms('--budget-ms', flags.budgetMs, 1),
    metricsPath: path('--metrics-path', flags.metricsPath),
    grpcPort: port('--grpc-port', flags.grpcPort),
    agentPort: port('--agent-port', flags.agentPort),
    replicas: integer('--replicas', flags.replicas, 1, 100_000),
    startupMs: ms('--startup-ms', flags.startupMs),
    drainDelayMs: ms('--drain-delay-ms', flags.drainDelayMs),
    inFlightMs: ms('--in-flight-ms', flags.inFlightMs),
    drainsItself: flags.preStop === true ? false : undefined,
  }
}
