/** A URL without credentials, since fetch refuses them, and the header they became. */
export interface RequestTarget {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
}

/** The target of an http: or https: URL; undefined for anything else. */
export function requestTarget(value: unknown): RequestTarget | undefined {
  if (!(typeof value === 'string' || value instanceof URL) || !URL.canParse(String(value))) return undefined
  const url = new URL(value)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  const credentials = `${decoded(url.username)}:${decoded(url.password)}`
  if (credentials === ':') return { url, headers: {} }
  const bytes = new TextEncoder().encode(credentials)
  return {
    url: withoutCredentials(url),
    headers: { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` },
  }
}

/** The same URL, changed in place. */
export function withoutCredentials(url: URL): URL {
  return Object.assign(url, { username: '', password: '' })
}

// A lone % is allowed in a URL, and is meant as it stands.
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
