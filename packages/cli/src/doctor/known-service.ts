import type { ServiceProfile } from '../profile/service-profile.ts'
import type { Asking, Question, Role } from './documents/asking.ts'
import { isOwnHost } from './documents/command.ts'

/** What is known of the service that is asked, and how. */
export interface KnownService {
  readonly profile: ServiceProfile
  /** `orders.yaml`, an address; what is assumed has none. */
  readonly source?: string
  /** Whether its times were said, by a definition or an option: an endpoint does not tell how long it takes to start. */
  readonly timesAreKnown: boolean
}

/** Which of a service's questions a path is. */
export type Meaning = 'liveness' | 'readiness' | 'startup'

const SEGMENTS: Readonly<Record<string, Meaning>> = {
  live: 'liveness',
  livez: 'liveness',
  liveness: 'liveness',
  alive: 'liveness',
  ready: 'readiness',
  readyz: 'readiness',
  readiness: 'readiness',
  startup: 'startup',
  startupz: 'startup',
  started: 'startup',
}

/** By the service's own paths when they are known, else by the names that frameworks and Kubernetes use. */
export function meaningOf(path: string, { profile, source }: KnownService): Meaning | undefined {
  const [route = '', query = ''] = path.split('?')
  if (source !== undefined) {
    for (const meaning of ['liveness', 'readiness', 'startup'] as const) {
      if (profile[meaning].path === path || profile[meaning].path === route) return meaning
    }
  }
  if (/(?:^|&)deep=true(?:&|$)/i.test(query)) return 'readiness'
  // What is asked at the base path alone is liveness.
  if (source !== undefined && profile.liveness.path === `${route}/live`) return 'liveness'
  const segment = route
    .split('/')
    .map((part) => part.toLowerCase())
    .find((part) => Object.hasOwn(SEGMENTS, part))
  return segment === undefined ? undefined : SEGMENTS[segment]
}

/** What a question asks by HTTP, itself or with a command; a command that asks another machine asks nothing here. */
export function pathOf(question: Question): string | undefined {
  if (question.kind === 'http') return question.host === undefined ? question.path : undefined
  if (question.kind !== 'command') return undefined
  const { target } = question.command
  return target?.path !== undefined && isOwnHost(target.host) ? target.path : undefined
}

export function meaningOfQuestion(question: Question, service: KnownService): Meaning | undefined {
  if (question.kind === 'grpc') {
    return question.service === 'liveness' ||
      question.service === 'readiness' ||
      question.service === 'startup'
      ? question.service
      : undefined
  }
  const path = pathOf(question)
  return path === undefined ? undefined : meaningOf(path, service)
}

/** Whether the known service is what a question asks, and not a neighbour of its container; false when none is known. */
export function asksTheService({ question }: Asking, service: KnownService): boolean {
  if (service.source === undefined) return false
  const { profile } = service
  if (question.kind === 'grpc') return question.port === undefined || question.port === profile.grpcPort
  const path = pathOf(question)
  if (path === undefined) return false
  const port = question.kind === 'command' ? question.command.target?.port : portOf(question)
  if (typeof port === 'number' && port !== profile.port) return false
  const route = path.split('?')[0]
  return meaningOf(path, service) !== undefined || profile.liveness.path.startsWith(`${route}/`)
}

function portOf(question: Question): number | string | undefined {
  return question.kind === 'http' ? question.port : undefined
}

/** Milliseconds that the answer to a question may take; undefined when that cannot be said. */
export function budgetOf(asking: Asking, service: KnownService): number | undefined {
  const meaning = meaningOfQuestion(asking.question, service)
  if (asksTheService(asking, service)) return service.profile[meaning ?? 'liveness'].budgetMs
  // Others that are named alike may be faster: taken for one of ours only where nothing else is known.
  return service.source === undefined && meaning !== undefined ? service.profile[meaning].budgetMs : undefined
}

/** `by hale.yaml`, or that it is assumed. */
export function sourceOf({ source }: KnownService): string {
  return source === undefined
    ? 'assumed, since neither --definition nor --endpoint says more'
    : `by ${source}`
}

/** The role's word, for sentences. */
export const roleName: Readonly<Record<Role, string>> = {
  liveness: 'the liveness probe',
  readiness: 'the readiness probe',
  startup: 'the startup probe',
  container: 'the health check',
  balancer: 'the load balancer',
  monitor: 'the monitor',
}
