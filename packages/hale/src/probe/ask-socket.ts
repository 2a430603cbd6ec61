import type { Attempt } from './attempt.ts'
import { connected } from './connection.ts'
import { judged } from './judged.ts'
import type { ProbeSettings } from './probe-options.ts'
import { amiss, type Finding } from './probe-result.ts'
import type { SocketTarget } from './probe-target.ts'

const mostBytes = 16_384

/** Connects, by TLS when that is asked for, says its part and hears whether the answer is as expected. */
export async function askSocket(
  { at, secure }: SocketTarget,
  settings: ProbeSettings,
  attempt: Attempt,
): Promise<Finding> {
  const { send, expectBody } = settings
  const { socket, certificateDaysLeft: days } = await connected(at, { secure }, settings, attempt)
  const known = days === undefined ? {} : { certificateDaysLeft: days }
  if (send !== undefined) socket.write(send)
  if (expectBody !== undefined) {
    attempt.phase = 'waiting'
    const { textRule } = await import('./body-rules.ts')
    if (!(await hears(socket, textRule(expectBody))))
      return amiss('unexpected-answer', 'answer not as expected', known)
  }
  return judged(expectBody === undefined ? 'connected' : 'answered', known, settings, attempt)
}

function hears(socket: NodeJS.ReadableStream, isExpected: (text: string) => boolean): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const decoder = new TextDecoder()
    let heard = ''
    socket.on('data', (bytes: Buffer) => {
      heard += decoder.decode(bytes, { stream: true })
      if (isExpected(heard)) resolve(true)
      else if (heard.length > mostBytes) resolve(false)
    })
    socket.once('error', reject)
    // Closed in good order, it has said all that it had to say.
    socket.once('end', () => resolve(false))
  })
}
