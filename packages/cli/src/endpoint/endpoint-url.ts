/** Where an endpoint is, and what may be shown of it. */
export interface EndpointTarget {
  readonly url: URL
  /** Without credentials and query, which may hold a token. */
  readonly shown: string
  /** `Basic …` of the credentials in the address. */
  readonly authorization?: string
}

const onlyHttp = 'and only http and https are taken here; hale probe takes others'

/**
 * Reads an address as people type it: `localhost:9400`, `:9400/health/ready`, `https://orders.internal`. One without a
 * path means hale's readiness. Returns the problem when it cannot be one, without the text: it may hold credentials.
 */
export function endpointTarget(text: string): EndpointTarget | string {
  const form = 'such as http://localhost:9400/health/ready or localhost:9400'
  // It would be read as a host of that name.
  if (text.startsWith('unix:')) return `is a socket, ${onlyHttp}`
  // A lone number would be an IPv4 address written as one, 0.0.36.184 for 9400.
  const port = /^\d+(?=$|[/?])/.exec(text)?.[0]
  if (port !== undefined) return `is a port, which needs a host: localhost:${port}`
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? text
    : `http://${text.startsWith(':') ? 'localhost' : ''}${text}`
  let url: URL
  try {
    url = new URL(whole)
  } catch {
    return `is no address, ${form}`
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `is asked by ${url.protocol.slice(0, -1)}, ${onlyHttp}`
  // A URL has a path at once: whether one was given shows in the text alone.
  if (url.pathname === '/' && !/^[^/]*\/\/[^/?#]*\//.test(whole)) url.pathname = '/health/ready'
  const { username, password } = url
  url.username = ''
  url.password = ''
  url.hash = ''
  const shown = `${url.origin}${url.pathname}`
  if (username === '' && password === '') return { url, shown }
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    return { url, shown, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
  } catch {
    return 'has a % in its credentials that begins no character: write a % as %25'
  }
}
