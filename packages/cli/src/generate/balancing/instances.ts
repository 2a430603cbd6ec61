import { isIP } from 'node:net'
import { UsageError } from '../../command/usage-error.ts'
import type { ServiceProfile } from '../../profile/service-profile.ts'
import type { TargetOptions } from '../target.ts'

/** One of those between which the requests are shared out. */
export interface Instance {
  /** The service's name and a number: what proxies call it in their statistics. */
  readonly name: string
  /** A name, or an address without brackets. */
  readonly host: string
  readonly port: number
}

export interface Instances {
  readonly all: readonly Instance[]
  /** Said at the head of the file: what there is to be replaced; absent where the user gave them. */
  readonly placeholders?: string
  /** Whether any of them is a name, which may come to mean another address. */
  readonly named: boolean
  /** Where health is answered, when that is another port than requests go to. */
  readonly healthPort?: number
}

/**
 * Those that `--instance` names, or as many names as there are replicas.
 *
 * @throws UsageError for all that are no `host:port`
 */
export function instancesOf(profile: ServiceProfile, { instances }: TargetOptions): Instances {
  const { name, port, servicePort = port, replicas } = profile
  const all = instances === undefined ? invented(profile) : given(instances, name, servicePort)
  const placeholders =
    instances === undefined && (replicas > 1 || profile.host === undefined)
      ? `The addresses are placeholders: give each as --instance host:port.`
      : undefined
  return {
    all,
    named: all.some(({ host }) => isIP(host) === 0),
    ...(placeholders !== undefined && { placeholders }),
    ...(servicePort !== port && { healthPort: port }),
  }
}

function invented({ name, host, port, servicePort = port, replicas }: ServiceProfile): readonly Instance[] {
  // One name is not as many instances as there are replicas: it may be a balancer's, or one of them.
  if (replicas === 1)
    return [{ name: `${name}-1`, host: host === undefined ? name : known(host), port: servicePort }]
  return Array.from({ length: replicas }, (_, index) => {
    const instance = `${name}-${index + 1}`
    return { name: instance, host: instance, port: servicePort }
  })
}

function known(host: string): string {
  const plain = hostOf(host)
  if (plain === undefined)
    throw new UsageError([
      `--host ${JSON.stringify(host)}: want a name or an address, such as orders.internal`,
    ])
  return plain
}

function given(texts: readonly string[], name: string, port: number): readonly Instance[] {
  const read = texts.map((text, index) => ({
    text,
    instance: instanceOf(text, `${name}-${index + 1}`, port),
  }))
  const problems = read
    .filter(({ instance }) => instance === undefined)
    .map(
      ({ text }) =>
        `--instance ${JSON.stringify(text)}: want host:port, such as 10.0.0.7:8080 or [fd00::7]:8080`,
    )
  const seen = new Set<string>()
  for (const { text, instance } of read) {
    if (instance === undefined) continue
    const address = addressOf(instance)
    if (seen.has(address)) problems.push(`--instance ${JSON.stringify(text)}: is given twice; leave one out`)
    seen.add(address)
  }
  if (problems.length > 0) throw new UsageError(problems)
  return read.flatMap(({ instance }) => (instance === undefined ? [] : [instance]))
}

const NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/

/** A name, or an address without brackets; undefined for what is neither. */
export function hostOf(text: string): string | undefined {
  const bare = /^\[([^\]]+)\]$/.exec(text)?.[1]
  if (bare !== undefined) return isIP(bare) === 6 ? bare : undefined
  return isIP(text) !== 0 || (NAME.test(text) && !/^[\d.]+$/.test(text)) ? text : undefined
}

function instanceOf(text: string, name: string, defaultPort: number): Instance | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const port = digits === undefined ? defaultPort : Number(digits)
  if (port < 1 || port > 65_535) return undefined
  const host = hostOf(bracketed === undefined ? (plain ?? '') : `[${bracketed}]`)
  return host === undefined ? undefined : { name, host, port }
}

/** `host:port`, an IPv6 address in brackets. */
export function addressOf({ host, port }: Pick<Instance, 'host' | 'port'>): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}
