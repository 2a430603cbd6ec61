import { createServer as createH2, createSecureServer } from 'node:http2'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import * as grpcJs from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  type Authority,
  type Certificate,
  createAuthority,
  opensslProgram,
} from '../../../../tests/servers/certificates.ts'
import { startFaultyHttp } from '../../../../tests/servers/faulty-http.ts'
import { closedPort, startFaultyTcp } from '../../../../tests/servers/faulty-tcp.ts'
import { whenOwned } from '../../../../tests/servers/when-provided.ts'
import { check } from '../core/check.ts'
import { createHealth } from '../core/create-health.ts'
import { down } from '../core/outcome.ts'
import { addHealthService } from '../grpc/index.ts'
import { probe } from './index.ts'

const opened: (() => unknown)[] = []
afterAll(async () => {
  for (const close of opened.reverse()) await close()
})

async function port(server: {
  listen(port: number, host: string, done: () => void): unknown
  address(): unknown
}) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

let broken = false
const health = createHealth({
  checks: { database: check(() => (broken ? down('planted') : undefined), { maxAgeMs: { up: 0, down: 0 } }) },
})

async function grpcServer(credentials: grpcJs.ServerCredentials, withHealth = true): Promise<number> {
  const server = new grpcJs.Server()
  if (withHealth) addHealthService(server, health)
  opened.push(() => server.forceShutdown())
  return new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
  )
}

describe('gRPC', () => {
  it('is well when the health service says so, of the whole or of one service', async () => {
    const at = await grpcServer(grpcJs.ServerCredentials.createInsecure())
    expect(await probe(`grpc://127.0.0.1:${at}`)).toMatchObject({ status: 'UP', message: 'serving' })
    expect(await probe(`grpc://127.0.0.1:${at}/liveness`)).toMatchObject({
      healthy: true,
      target: `grpc://127.0.0.1:${at}/liveness`,
    })
    broken = true
    expect(await probe(`grpc://127.0.0.1:${at}/readiness`)).toMatchObject({
      message: 'not serving',
      cause: 'not-serving',
    })
    broken = false
    expect(await probe(`grpc://127.0.0.1:${at}/nobody.v1.${'x'.repeat(200)}`)).toMatchObject({
      message: 'service not known to the server',
      cause: 'unexpected-answer',
    })
  })

  it('is not where nothing is, or something else', async () => {
    const without = await grpcServer(grpcJs.ServerCredentials.createInsecure(), false)
    expect(await probe(`grpc://127.0.0.1:${without}`)).toMatchObject({ message: 'no health service' })
    expect(await probe(`grpc://127.0.0.1:${await closedPort()}`)).toMatchObject({ cause: 'unreachable' })
    await using http = await startFaultyHttp({ kind: 'status', status: 200 })
    expect(await probe(`grpc://127.0.0.1:${http.port}`)).toMatchObject({
      cause: 'unexpected-answer',
      message: 'server does not speak HTTP/2, which gRPC needs',
    })
    await using silent = await startFaultyTcp({ kind: 'silent' })
    expect(await probe(`grpc://127.0.0.1:${silent.port}`, { timeoutMs: 100 })).toMatchObject({
      cause: 'no-answer',
      message: 'no answer within 100 ms',
    })
    await using reset = await startFaultyTcp({ kind: 'reset', after: 'data' })
    expect(await probe(`grpc://127.0.0.1:${reset.port}`)).toMatchObject({
      healthy: false,
      message: 'connection reset',
    })
    await vi.waitFor(() => expect(silent.open).toBe(0))
  })

  it('tells HTTP/2 without gRPC apart', async () => {
    let status = 200
    const server = createH2((_, response) => response.writeHead(status).end('<html>'))
    opened.push(() => server.close())
    const target = `grpc://127.0.0.1:${await port(server)}`
    expect(await probe(target)).toMatchObject({ message: 'answer is not gRPC', cause: 'unexpected-answer' })
    status = 502
    expect(await probe(target)).toMatchObject({ message: 'HTTP 502', cause: 'unexpected-answer' })
  })

  it.each([
    ['garbage', 'garbage', 'answer is not of a health service', 'unexpected-answer'],
    ['nothing', '', 'answer is not of a health service', 'unexpected-answer'],
    ['an empty message', '\0\0\0\0\0', 'status unknown', 'not-serving'],
    ['a status of its own', '\0\0\0\0\u0002\u0008\u0009', 'status unknown', 'not-serving'],
    [
      'the status that is for Watch',
      '\0\0\0\0\u0002\u0008\u0003',
      'service not known to the server',
      'not-serving',
    ],
    ['SERVING', '\0\0\0\0\u0002\u0008\u0001', 'serving', undefined],
  ])('is answered with %s', async (_what, bytes, message, cause) => {
    const server = createH2()
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(Buffer.from(bytes, 'latin1'))
    })
    opened.push(() => server.close())
    const result = await probe(`grpc://127.0.0.1:${await port(server)}`)
    expect(result).toMatchObject({ message })
    expect(result.cause).toBe(cause)
  })
})

describe('TCP', () => {
  it('is well when something listens, and says what is expected', async () => {
    await using says = await startFaultyTcp({ kind: 'says', bytes: '220 ready\r\n' })
    const target = `tcp://127.0.0.1:${says.port}`
    expect(await probe(target)).toMatchObject({ message: 'connected', target })
    expect(await probe(target, { send: 'EHLO\r\n', expectBody: /^220/ })).toMatchObject({
      message: 'answered',
    })
    expect(await probe(target, { expectBody: 'no', timeoutMs: 100 })).toMatchObject({
      message: 'no answer within 100 ms',
    })
    await using closes = await startFaultyTcp({ kind: 'close' })
    expect(await probe(`tcp://127.0.0.1:${closes.port}`, { expectBody: '220' })).toMatchObject({
      message: 'answer not as expected',
    })
    expect(await probe(`tcp://127.0.0.1:${await closedPort()}`)).toMatchObject({
      message: 'connection refused',
    })
    expect(await probe(`tcp://localhost:${says.port}`)).toMatchObject({ healthy: true })
  })
})

whenOwned(opensslProgram, 'TLS', () => {
  let authority: Authority
  let well: Certificate
  let https: Server
  let target: string
  beforeAll(async () => {
    authority = createAuthority()
    well = authority.issue({ days: 10 })
    https = createServer({ key: well.key, cert: well.cert }, (_, response) => response.end('hello'))
    opened.push(() => https.close())
    target = `https://localhost:${await port(https)}/`
  })

  it('is well with a certificate of somebody trusted', async () => {
    const result = await probe(target, { ca: well.ca })
    expect(result).toMatchObject({ healthy: true, message: 'HTTP 200' })
    // Of the authority, whose own is for two days.
    expect(result.certificateDaysLeft).toBeGreaterThan(1)
    expect(result.certificateDaysLeft).toBeLessThanOrEqual(2)
    expect(await probe(target.replace('https', 'tls').replace(/\/$/, ''), { ca: well.ca })).toMatchObject({
      message: 'connected',
    })
  })

  it('is not with another, unless anybody will do', async () => {
    expect(await probe(target)).toMatchObject({ cause: 'unreachable', message: 'certificate not trusted' })
    expect(await probe(target, { insecure: true })).toMatchObject({ healthy: true })
    expect(await probe(target, { ca: well.ca, servername: 'orders.example' })).toMatchObject({
      message: 'certificate does not match the host name',
    })
    expect(
      await probe(target.replace('localhost', '127.0.0.1'), { ca: well.ca, servername: 'localhost' }),
    ).toMatchObject({ healthy: true })
    await using expired = await startFaultyHttp(
      { kind: 'status', status: 200 },
      authority.issue({ expired: true }),
    )
    expect(await probe(expired.url, { ca: authority.ca })).toMatchObject({ message: 'certificate expired' })
    await using self = await startFaultyHttp({ kind: 'status', status: 200 }, authority.selfSigned())
    expect(await probe(self.url)).toMatchObject({ message: 'certificate not trusted' })
  })

  it('warns of a certificate that ends soon', async () => {
    expect(await probe(target, { ca: well.ca, daysLeft: { degradedAt: 14, downAt: 1 } })).toMatchObject({
      status: 'DEGRADED',
      message: 'HTTP 200, certificate expires soon',
    })
    expect(await probe(target, { ca: well.ca, daysLeft: { downAt: 14 } })).toMatchObject({
      status: 'DOWN',
      message: 'certificate expires soon',
    })
  })

  it('is not where there is no TLS, or HTTP/2 alone, or nothing after the handshake', async () => {
    await using http = await startFaultyHttp({ kind: 'status', status: 200 })
    expect(await probe(http.url.replace('http', 'https'))).toMatchObject({
      cause: 'unreachable',
      message: 'TLS handshake failed',
    })
    const h2 = createSecureServer({ key: well.key, cert: well.cert })
    opened.push(() => h2.close())
    expect(await probe(`https://localhost:${await port(h2)}`, { ca: well.ca })).toMatchObject({
      cause: 'unreachable',
      healthy: false,
    })
    await using silent = await startFaultyTcp({ kind: 'silent' })
    expect(await probe(`https://127.0.0.1:${silent.port}`, { timeoutMs: 100 })).toMatchObject({
      message: 'no connection within 100 ms',
    })
    await using closes = await startFaultyTcp({ kind: 'close' })
    expect(await probe(`https://127.0.0.1:${closes.port}`)).toMatchObject({
      cause: 'unreachable',
      healthy: false,
    })
  })

  it('carries gRPC', async () => {
    const credentials = grpcJs.ServerCredentials.createSsl(null, [
      { private_key: Buffer.from(well.key), cert_chain: Buffer.from(well.cert) },
    ])
    const at = `grpcs://localhost:${await grpcServer(credentials)}`
    expect(await probe(at, { ca: well.ca })).toMatchObject({ status: 'UP', message: 'serving' })
    expect(await probe(at)).toMatchObject({ message: 'certificate not trusted' })
    expect(await probe(target.replace('https', 'grpcs'), { ca: well.ca })).toMatchObject({
      cause: 'unexpected-answer',
      message: 'server does not speak HTTP/2, which gRPC needs',
    })
  })
})
