import { type AnswerHead, AnswerReader } from './answer-reader.ts'
import type { Attempt } from './attempt.ts'
import { connected } from './connection.ts'
import { judged } from './judged.ts'
import type { ProbeSettings } from './probe-options.ts'
import { amiss, type Finding } from './probe-result.ts'
import { type HttpTarget, placeOf } from './probe-target.ts'

/** What came back. */
interface HttpAnswer extends AnswerHead {
  readonly text: string
  readonly whole: boolean
  readonly bodyBytes: number
  readonly certificateDaysLeft?: number
}

// A kubelet's. It reads 10 KiB of a body too.
const mostRedirects = 10
const mostBodyBytes = 10_240
const mostExpectedBytes = 65_536

/** Asks by HTTP/1.1, as a kubelet does: redirects are followed on the same host, one to another host is well. */
export async function askHttp(
  { url: asked, socketPath }: HttpTarget,
  settings: ProbeSettings,
  attempt: Attempt,
): Promise<Finding> {
  const own = await credentials(asked)
  let url = new URL(asked)
  for (let redirects = 0; ; redirects++) {
    const sameOrigin = url.origin === asked.origin
    const answer = await ask({ url, socketPath }, sameOrigin ? own : {}, sameOrigin, settings, attempt)
    const location = redirected(answer) ? answer.headers.get('location') : undefined
    if (location === undefined || namesStatus(settings, answer.status))
      return judge(answer, settings, attempt)
    const known = settingOf(answer)
    if (!URL.canParse(location, url.href))
      return amiss('unexpected-answer', 'redirected to an invalid URL', known)
    const next = new URL(location, url)
    if (next.protocol !== 'http:' && next.protocol !== 'https:')
      return amiss('unexpected-answer', 'redirected to what is not HTTP', known)
    if (next.hostname !== url.hostname) return elsewhere(answer, settings, attempt)
    if (redirects === mostRedirects) return amiss('unexpected-answer', 'too many redirects', known)
    url = next
    attempt.phase = 'connecting'
  }
}

async function credentials({ username, password, href }: URL): Promise<Readonly<Record<string, string>>> {
  if (username === '' && password === '') return {}
  const { urlCredentials } = await import('./url-credentials.ts')
  return urlCredentials(href)
}

async function ask(
  target: Pick<HttpTarget, 'url'> & { readonly socketPath: string | undefined },
  own: Readonly<Record<string, string>>,
  sameOrigin: boolean,
  settings: ProbeSettings,
  attempt: Attempt,
): Promise<HttpAnswer> {
  const { url, socketPath } = target
  const secure = url.protocol === 'https:'
  const place = placeOf(socketPath === undefined ? { url } : { url, socketPath })
  const { socket, certificateDaysLeft } = await connected(
    place,
    { secure, protocol: 'http/1.1' },
    settings,
    attempt,
  )
  attempt.phase = 'waiting'
  const expectsBody = settings.expectBody !== undefined || settings.expectJson !== undefined
  const reader = new AnswerReader(expectsBody ? mostExpectedBytes : mostBodyBytes, settings.method === 'GET')
  await new Promise<void>((resolve, reject) => {
    socket.on('data', (bytes: Buffer) => {
      try {
        reader.push(bytes)
      } catch (error) {
        reject(error)
      }
      if (reader.head !== undefined) attempt.phase = 'reading'
      if (reader.done) resolve()
    })
    socket.once('error', reject)
    socket.once('end', () => {
      try {
        reader.close()
        resolve()
      } catch (error) {
        reject(error)
      }
    })
    socket.write(requestText(url, { ...own, ...(sameOrigin ? settings.headers : {}) }, settings), 'latin1')
  }).finally(() => socket.destroy())
  const { status = 0, headers = new Map() } = reader.head ?? {}
  return {
    status,
    headers,
    text: reader.text(),
    whole: !reader.cut,
    bodyBytes: reader.bodyBytes,
    ...(certificateDaysLeft !== undefined && { certificateDaysLeft }),
  }
}

function requestText(url: URL, headers: Readonly<Record<string, string>>, { method }: ProbeSettings): string {
  const all = new Map([
    ['host', url.host],
    ['user-agent', 'hale-probe'],
    ['accept', '*/*'],
  ])
  for (const [name, value] of Object.entries(headers)) all.set(name.toLowerCase(), value)
  // No connection is left behind at the service, and the end of an answer without a length is told.
  all.set('connection', 'close')
  const lines = [...all].map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`
}

function redirected({ status }: HttpAnswer): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

/** Whether that very status is expected, so that a redirect is the answer and not a way to it. */
function namesStatus({ statuses }: ProbeSettings, status: number): boolean {
  return statuses.some(([from, to]) => from === status && to === status)
}

function settingOf({ status, bodyBytes, certificateDaysLeft }: HttpAnswer): Partial<Finding> {
  return { httpStatus: status, bodyBytes, ...(certificateDaysLeft !== undefined && { certificateDaysLeft }) }
}

async function elsewhere(answer: HttpAnswer, settings: ProbeSettings, attempt: Attempt): Promise<Finding> {
  const finding = await judge(answer, settings, attempt)
  if (finding.status === 'DOWN') return finding
  // Somebody else would have answered: in service, as a kubelet takes it, and worth a warning.
  return { ...finding, status: 'DEGRADED', message: `HTTP ${answer.status}, redirected to another host` }
}

async function judge(answer: HttpAnswer, settings: ProbeSettings, attempt: Attempt): Promise<Finding> {
  const { status, headers, text, whole } = answer
  const { statuses, expectBody, expectJson, expectHeaders } = settings
  const known = settingOf(answer)
  const said = `HTTP ${status}`
  const wrong = (message: string): Finding => amiss('unexpected-answer', message, known)
  if (!statuses.some(([from, to]) => status >= from && status <= to)) {
    const { healthSaid } = await import('./health-said.ts')
    const { summary, components } = healthSaid(text)
    return amiss('unexpected-answer', `${said}${summary}`, { ...known, ...components })
  }
  if (expectHeaders !== undefined || expectBody !== undefined || expectJson !== undefined) {
    const { rulesOf } = await import('./body-rules.ts')
    const rules = rulesOf(settings)
    if (!rules.headers(headers)) return wrong('headers not as expected')
    if (expectBody !== undefined || expectJson !== undefined) {
      if (!whole) return wrong(`answer larger than ${mostExpectedBytes} bytes`)
      if (!rules.body(text)) return wrong('answer not as expected')
    }
  }
  const finding = judged(said, known, settings, attempt)
  // A body that says so has one of these words in it; to read what it says takes loading more.
  if (finding.status !== 'UP' || !/degraded|warn/i.test(text)) return finding
  const { healthSaid } = await import('./health-said.ts')
  const { summary, components, degraded } = healthSaid(text)
  return degraded ? { ...finding, ...components, status: 'DEGRADED', message: `${said}${summary}` } : finding
}
