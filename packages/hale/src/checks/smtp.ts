import { getSystemErrorName } from 'node:util'
import { type ClientOf, clientCheck, messageOf } from '../check-parts/asking/client-check.ts'
import { OneQuestion } from '../check-parts/asking/one-question.ts'
import { hasMethod } from '../check-parts/asking/structure.ts'
import { certificateText } from '../check-parts/sockets/certificate-text.ts'
import type { CheckDefinition, DependencyCheckOptions } from '../core/check.ts'
import { withDefaults } from '../core/check-defaults.ts'
import { down, up } from '../core/outcome.ts'
import { Problems } from '../errors/problems.ts'
import { textOfCode } from '../errors/vocabulary.ts'

export type { ClientOf } from '../check-parts/asking/client-check.ts'

/** A transporter of nodemailer for SMTP, pooled or not, known by its structure. */
export interface SmtpTransporter {
  verify(): PromiseLike<unknown>
  sendMail(...parameters: never[]): unknown
}

/** Options of `smtp`. Durations are milliseconds. */
export interface SmtpCheckOptions extends DependencyCheckOptions {
  /**
   * How long a result is served from memory. Longer than that of other checks, since asking costs a connection.
   * @default { up: 60000, down: 10000 }
   */
  readonly maxAgeMs?: { readonly up?: number; readonly down?: number }
}

const texts: Readonly<Record<string, string>> = {
  EAUTH: 'authentication failed',
  ENOAUTH: 'authentication required',
  EOAUTH2: 'authentication failed',
  ECONNECTION: 'connection closed',
  ESOCKET: 'connection failed',
  EDNS: 'name resolution failed',
  ETLS: 'TLS handshake failed',
  EPROTOCOL: 'answer not as expected',
  EPROXY: 'proxy failed',
  ECONFIG: 'wrong configuration',
}

/**
 * Would the mail server take a message? Takes the transporter of nodemailer that the application has, or a function
 * that returns it, and asks it to `verify()`: it connects, greets, secures the connection and logs in, and leaves
 * without a message.
 *
 * That is a connection of its own each time, also of a pooled transporter: nodemailer has no other question. So a
 * result serves for a minute (`maxAgeMs`) whoever asks, and while an attempt is not answered no other is made.
 *
 * UP `ready to send`. DOWN with a text of the fixed vocabulary: `connection refused`, `authentication failed`,
 * `TLS handshake failed`, `service not available` (SMTP 421), `answer not as expected`, `timed out after 500 ms` …
 * No data.
 *
 * @example
 * ```ts
 * import { createHealth } from 'hale'
 * import { smtp } from 'hale/checks/smtp'
 * import { createTransport } from 'nodemailer'
 *
 * const transporter = createTransport({ host: 'mail.internal', port: 587 })
 * const health = createHealth({ checks: { mail: smtp(transporter, { timeoutMs: 5_000, critical: false }) } })
 * ```
 */
export function smtp(
  transporter: ClientOf<SmtpTransporter>,
  options: SmtpCheckOptions = {},
): CheckDefinition<'readiness'> {
  const problems = new Problems()
  const given = problems.object('options', options) as SmtpCheckOptions
  const owed = new OneQuestion<unknown>()
  return clientCheck<SmtpTransporter>({
    client: transporter,
    parameter: 'transporter',
    expected: 'a transporter of nodemailer that can verify, such as one for SMTP',
    isClient,
    problems,
    options: withDefaults(given, { maxAgeMs: { up: 60_000, down: 10_000 } }),
    ownOptions: [],
    textOf,
    ask: async (current, context) => {
      const ready = await owed.ask(current, context, () => current.verify())
      return ready === false ? down('not ready to send') : up('ready to send')
    },
  })
}

function isClient(value: unknown): value is SmtpTransporter {
  if (!hasMethod(value, 'verify', 'sendMail')) return false
  // nodemailer gives each a verify(), which says no for those that only hand messages over, such as to a stream.
  const { transporter } = value as { readonly transporter?: unknown }
  return transporter === undefined || hasMethod(transporter, 'verify')
}

function textOf(error: unknown): string | undefined {
  const { code, originalCode, errno, responseCode } = Object(error) as {
    readonly code?: unknown
    readonly originalCode?: unknown
    readonly errno?: unknown
    readonly responseCode?: unknown
  }
  if (responseCode === 421) return 'service not available'
  // What the server keeps its passwords in does not answer: another password would not help.
  if (code === 'EAUTH' && responseCode === 454) return 'authentication not available'
  // ESOCKET and EDNS take the place of the code, which is told apart since nodemailer 10; of the system its number is left.
  const own = typeof originalCode === 'string' ? textOfCode(originalCode) : undefined
  if (own !== undefined) return own
  const system = typeof errno === 'number' && errno < 0 ? textOfCode(systemName(errno)) : undefined
  if (system !== undefined) return system
  if (code === 'ESOCKET') {
    const message = messageOf(error)
    if (/:SSL routines:/.test(message)) return texts.ETLS
    // Older versions of nodemailer leave no more of a certificate's error than Node's message.
    const text = certificateText(message)
    if (text !== undefined) return text
  }
  return typeof code === 'string' && Object.hasOwn(texts, code) ? texts[code] : undefined
}

function systemName(errno: number): string {
  try {
    return getSystemErrorName(errno)
  } catch {
    return ''
  }
}
