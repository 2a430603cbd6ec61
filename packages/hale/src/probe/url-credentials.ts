import { requestTarget } from '../check-parts/http/request-target.ts'

/** The header that a name and a password in a URL stand for. A module of its own, since few targets have them. */
export function urlCredentials(href: string): Readonly<Record<string, string>> {
  return requestTarget(href)?.headers ?? {}
}
