import type { Problems } from '../../errors/problems.ts'
import { secret } from '../access/secret.ts'

/** Options of the only endpoints that write. */
export interface AdminOptions {
  /**
   * The bearer token that lets in, at least 16 characters; or one for each operator by name, so that the event of a
   * change says who made it.
   */
  readonly token: string | { readonly [operator: string]: string }
}

/** The same after validation: who is let in, by secret. */
export interface AdminSettings {
  readonly operators: readonly { readonly name: string; readonly token: string }[]
}

/** Validates `admin`; `openToken` is the one that only raises visibility. */
export function adminSettings(
  value: unknown,
  openToken: string | undefined,
  problems: Problems,
): AdminSettings | undefined {
  if (value === undefined) return undefined
  const options = problems.object('admin', value)
  problems.knownKeys('admin', options, ['token'])
  const { token } = options
  const named =
    typeof token === 'object' && token !== null ? Object.entries(token) : [['admin', token] as const]
  if (named.length === 0) problems.add('admin.token', 'expected at least one operator with a token')
  const operators = named.map(([name, given]) => {
    const path = named.length === 1 && typeof token !== 'object' ? 'admin.token' : `admin.token.${name}`
    const checked = secret(path, given, problems)
    if (checked !== '' && checked === openToken) {
      problems.add(path, 'is the token that shows more; whoever may look must not be able to write')
    }
    return { name: name === 'admin' ? 'admin' : `admin ${name}`, token: checked }
  })
  const tokens = operators.map((operator) => operator.token).filter((given) => given !== '')
  if (new Set(tokens).size < tokens.length) {
    problems.add('admin.token', 'two operators share a token; then nobody knows who it was')
  }
  return { operators }
}
