import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Terminal } from '../command/terminal.ts'
import { UsageError } from '../command/usage-error.ts'
import { authority, noAuthority } from '../endpoint/authority.ts'
import { type EndpointTarget, endpointTarget } from '../endpoint/endpoint-url.ts'

/** As commander has read them. */
export interface WatchOptions {
  readonly interval: number
  readonly timeout: number
  readonly header?: readonly string[]
  readonly tokenFile?: string
  readonly insecure?: boolean
  readonly cacert?: string
  readonly once?: boolean
  readonly plain?: boolean
  readonly json?: boolean
}

const name = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const value = /^[\t\x20-\x7e\x80-\xff]*$/

/** Whom to ask, and as what every request is made. */
export interface WatchTargets {
  readonly targets: readonly EndpointTarget[]
  readonly headers: Readonly<Record<string, string>>
  /** PEM. */
  readonly ca?: string
}

/** What is to be asked and with which headers; throws {@link UsageError} with all that is wrong. */
export function watchTargets(
  args: readonly string[],
  options: WatchOptions,
  { cwd }: Pick<Terminal, 'cwd'>,
): WatchTargets {
  const problems: string[] = []
  const targets: EndpointTarget[] = []
  for (const [index, text] of args.entries()) {
    const target = endpointTarget(text)
    if (typeof target !== 'string') targets.push(target)
    // Its text may hold credentials.
    else problems.push(`<url> ${args.length > 1 ? `number ${index + 1} ` : ''}${target}`)
  }
  const headers: Record<string, string> = {}
  for (const text of options.header ?? []) {
    const [, key = '', held = ''] = /^([^:]*):(.*)$/s.exec(text) ?? []
    if (name.test(key) && value.test(held.trim())) headers[key.toLowerCase()] = held.trim()
    else
      problems.push("--header takes a name and a value of Latin letters, such as 'Authorization: Bearer …'")
  }
  if (options.tokenFile !== undefined) {
    const token = tokenIn(resolve(cwd, options.tokenFile))
    if (token === undefined)
      problems.push('--token-file takes a file with one line, the token: this one has none')
    else headers.authorization = `Bearer ${token}`
  }
  const ca = options.cacert === undefined ? undefined : authority(options.cacert, cwd)
  if (options.cacert !== undefined && ca === undefined) problems.push(noAuthority)
  if (problems.length > 0) throw new UsageError(problems)
  return { targets, headers, ...(ca !== undefined && { ca }) }
}

function tokenIn(file: string): string | undefined {
  const text = textOf(file)?.trim() ?? ''
  return /^[\x21-\x7e]+$/.test(text) ? text : undefined
}

/** Undefined where it cannot be read. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
