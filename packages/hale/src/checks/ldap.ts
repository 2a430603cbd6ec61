import { type ClientOf, clientCheck, messageOf } from '../check-parts/asking/client-check.ts'
import { OneQuestion } from '../check-parts/asking/one-question.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { askUnlessConnected } from '../check-parts/ldap/while-it-connects.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { down, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'

/** The `Client` of ldapts, known by its structure. */
export interface LdapClient {
  readonly isConnected: boolean
  /** Absent in older versions. */
  readonly isBound?: boolean
  search(base: string, options: LdapQuestion): PromiseLike<{ readonly searchEntries: readonly unknown[] }>
}

/** What is asked: one entry, without its attributes. */
export interface LdapQuestion {
  scope: 'base'
  filter: string
  attributes: string[]
}

/** Options of `ldap`. Durations are milliseconds. */
export interface LdapCheckOptions extends DependencyCheckOptions {
  /**
   * The entry that is read, by its distinguished name. The default is the root of every directory, which needs no
   * rights and no database behind the server; an entry of yours proves those too.
   * @default ''
   */
  readonly base?: string
  /**
   * Whether the client must be logged in: a connection that it has made anew is anonymous, unless it was told to bind
   * again (`autoRebind`).
   * @default false
   */
  readonly bound?: boolean
}

/** Result codes of RFC 4511. */
const results: Readonly<Record<number, string>> = {
  3: 'time limit exceeded',
  7: 'authentication failed',
  8: 'authentication failed',
  11: 'limit exceeded',
  13: 'TLS required by the server',
  32: 'entry not found',
  48: 'authentication failed',
  49: 'authentication failed',
  50: 'permission denied',
  51: 'server busy',
  52: 'server unavailable',
  53: 'query rejected',
}

const messages: readonly (readonly [RegExp, string])[] = [
  [/^Connection closed before message response was received\b/, 'connection closed'],
  [/^Socket error\. /, 'connection closed'],
  [/^Socket connection not established$/, 'not connected'],
  [/^Connection timeout$/, 'connection timed out'],
  [/^[A-Za-z]+: Operation timed out$/, 'timed out waiting for an answer'],
]

/**
 * Does the directory answer? Takes the `Client` of ldapts that the application has, or a function that returns the
 * current one, and reads one entry without its attributes.
 *
 * UP `connected`. DOWN `entry not found`, `not bound`, `authentication failed`, `server busy`, or another text of the
 * fixed vocabulary. Data: `bound`, whether the client is logged in, where it tells.
 *
 * ldapts connects when it is first asked, and again once the server has closed its connection: the check's question
 * does that as any other, or a service that waits to be ready for its first request would wait for ever. It is not put
 * while somebody else's makes the client connect, of which ldapts would lose one.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { ldap } from 'hale/checks/ldap'
 * import { Client } from 'ldapts'
 *
 * const client = new Client({ url: 'ldaps://directory.internal', autoRebind: true })
 * const health = createHealth({ checks: { directory: ldap(client, { base: 'ou=people,dc=example,dc=org' }) } })
 * ```
 */
export function ldap(
  client: ClientOf<LdapClient>,
  options: LdapCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const { base = '', bound, ...rest } = problems.object('options', options) as LdapCheckOptions
  problems.string('base', base)
  const mustBeBound = problems.boolean('bound', bound, false)
  const owed = new OneQuestion<{ readonly searchEntries: readonly unknown[] }>()
  return clientCheck<LdapClient>({
    client,
    expected: 'a Client of ldapts',
    isClient,
    problems,
    options: rest,
    ownOptions: ['base', 'bound'],
    textOf,
    ask: async (current, context) => {
      const question = () =>
        current.search(base, { scope: 'base', filter: '(objectClass=*)', attributes: ['1.1'] })
      const { searchEntries } =
        (await askUnlessConnected(current, context, question)) ?? (await owed.ask(current, context, question))
      const data = current.isBound === undefined ? undefined : { bound: current.isBound }
      if (mustBeBound && current.isBound === false) return down('not bound', data)
      // An entry that may not be seen is not there, for some servers without an error.
      return searchEntries.length === 0 ? down('entry not found', data) : up('connected', data)
    },
  })
}

function textOf(error: unknown): string | undefined {
  const { code } = Object(error) as { readonly code?: unknown }
  if (typeof code === 'number' && Object.hasOwn(results, code)) return results[code]
  const message = messageOf(error)
  return messages.find(([pattern]) => pattern.test(message))?.[1]
}

function isClient(value: unknown): value is LdapClient {
  return hasMethod(value, 'search', 'bind') && 'isConnected' in (value as object)
}
