import type { Socket } from 'node:net'
import {
  decodeServingStatus,
  encodeHealthRequest,
  grpcFailureText,
  healthCheckPath,
  servingStatus,
} from '../check-parts/sockets/grpc-health.ts'
import type { Attempt } from './attempt.ts'
import { connected } from './connection.ts'
import { judged } from './judged.ts'
import type { ProbeSettings } from './probe-options.ts'
import { amiss, type Finding } from './probe-result.ts'
import type { GrpcTarget } from './probe-target.ts'

// Imported, it would load all that it can do.
const { connect } = process.getBuiltinModule('node:http2')

const mostBytes = 65_536

/** What a call ended with. */
interface Answer {
  readonly httpStatus: number
  /** Of the call; NaN when there was none, since the answer is not one of gRPC. */
  readonly code: number
  readonly body: Buffer
}

/** Asks `grpc.health.v1.Health/Check` over HTTP/2 by hand: one unary call needs no client library. */
export async function askGrpc(
  target: GrpcTarget,
  settings: ProbeSettings,
  attempt: Attempt,
): Promise<Finding> {
  const { at, secure } = target
  const connection = await connected(at, { secure, protocol: 'h2' }, settings, attempt).catch(withoutHttp2)
  if (connection === undefined) return amiss('unexpected-answer', noHttp2)
  const { socket, certificateDaysLeft: days } = connection
  const known = days === undefined ? {} : { certificateDaysLeft: days }
  attempt.phase = 'waiting'
  const answer = await call(target, socket, settings, attempt)
  if (answer === undefined) return amiss('unexpected-answer', noHttp2, known)
  const { httpStatus, code, body } = answer
  if (Number.isNaN(code)) {
    const said = httpStatus === 200 ? 'answer is not gRPC' : `HTTP ${httpStatus}`
    return amiss('unexpected-answer', said, known)
  }
  if (code !== 0) return amiss('unexpected-answer', grpcFailureText(code), known)
  const status = statusIn(body)
  if (status === undefined) return amiss('unexpected-answer', 'answer is not of a health service', known)
  const { serving, text } = servingStatus(status)
  return serving ? judged(text, known, settings, attempt) : amiss('not-serving', text, known)
}

const noHttp2 = 'server does not speak HTTP/2, which gRPC needs'

/** Undefined where the server has said, while TLS began, that it speaks no HTTP/2. */
function withoutHttp2(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') throw error
}

/** Undefined where what came is no HTTP/2. */
function call(
  { authority, secure, service }: GrpcTarget,
  socket: Socket,
  { headers, timeoutMs }: ProbeSettings,
  attempt: Attempt,
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const url = `${secure ? 'https' : 'http'}://${authority}`
    const session = connect(url, { createConnection: () => socket })
    attempt.finally(() => session.destroy())
    // What is no HTTP/2 is told by one code of nghttp2's, whatever it is.
    const failed = (error: NodeJS.ErrnoException): void =>
      error.code === 'ERR_HTTP2_ERROR' ? resolve(undefined) : reject(error)
    session.on('error', failed)
    const closed = (): void => reject(Object.assign(new Error('closed'), { code: 'UND_ERR_SOCKET' }))
    session.once('close', closed)
    const stream = session.request({
      ...headers,
      ':method': 'POST',
      ':path': healthCheckPath,
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'hale-probe',
      'grpc-timeout': `${Math.ceil(timeoutMs)}m`,
    })
    let httpStatus = 0
    let code = Number.NaN
    const body: Buffer[] = []
    let bytes = 0
    const takeCode = (given: Readonly<Record<string, unknown>>): void => {
      const said = given['grpc-status']
      if (typeof said === 'string' && /^\d{1,4}$/.test(said)) code = Number(said)
    }
    stream.on('response', (given) => {
      httpStatus = Number(given[':status'])
      attempt.phase = 'reading'
      takeCode(given)
    })
    stream.on('trailers', takeCode)
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= mostBytes) body.push(chunk)
      else stream.close()
    })
    stream.on('error', failed)
    stream.on('close', () => {
      if (httpStatus === 0) closed()
      else resolve({ httpStatus, code, body: Buffer.concat(body) })
    })
    stream.end(framed(encodeHealthRequest(service)))
  })
}

/** A message of gRPC: not compressed, its length, itself. */
function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

/** The status in an answer's body; undefined where there is no message in it. */
function statusIn(body: Buffer): number | undefined {
  if (body.length < 5 || body[0] !== 0 || body.readUInt32BE(1) !== body.length - 5) return undefined
  const message = body.subarray(5)
  // Any other first field is of another service's message.
  return message.length === 0 || message[0] === 1 << 3 ? decodeServingStatus(message) : undefined
}
