import type { DnsCheckOptions } from 'hale/checks/dns'
import type { GrpcCheckOptions } from 'hale/checks/grpc'
import type { TcpCheckOptions } from 'hale/checks/tcp'
import type { TlsCheckOptions } from 'hale/checks/tls'
import type { UdpCheckOptions } from 'hale/checks/udp'
import type { UnixSocketCheckOptions } from 'hale/checks/unix-socket'
import { checkType, notInFile } from '../check-type.ts'
import {
  count,
  flag,
  listOf,
  milliseconds,
  needed,
  oneOf,
  pattern,
  port,
  secretText,
  text,
  thresholds,
} from '../field.ts'

const address = {
  host: needed(text('A host name or an address.')),
  port: needed(port('The port.')),
}
const calls = { address: 'host', 'address.host': 'host', 'address.port': 'port' }
const talk = {
  send: secretText('Sent once connected.'),
  expect: pattern('What the answer must hold.'),
  degradedAfterMs: milliseconds('What takes longer is DEGRADED.', undefined, 1),
}

export const tcp = checkType<TcpCheckOptions>()({
  name: 'tcp',
  summary: 'a TCP port accepts a connection',
  target: address,
  calls,
  options: {
    ...talk,
    refusedAs: oneOf('What a refused connection counts as.', ['DOWN', 'UP'], 'DOWN'),
  },
  async make({ host, port }, options) {
    const { tcp } = await import('hale/checks/tcp')
    return { check: tcp({ host, port }, options) }
  },
})

export const udp = checkType<UdpCheckOptions>()({
  name: 'udp',
  summary: 'a UDP port answers a datagram',
  target: address,
  calls,
  options: { ...talk, send: needed(secretText('The datagram, as text.')) },
  async make({ host, port }, options) {
    const { udp } = await import('hale/checks/udp')
    return { check: udp({ host, port }, options) }
  },
})

export const unixSocket = checkType<UnixSocketCheckOptions>()({
  name: 'unix-socket',
  summary: 'a Unix socket accepts a connection',
  target: { path: needed(text('The path of the socket.')) },
  options: talk,
  async make({ path }, options) {
    const { unixSocket } = await import('hale/checks/unix-socket')
    return { check: unixSocket(path, options) }
  },
})

export const tls = checkType<TlsCheckOptions>()({
  name: 'tls',
  summary: 'a certificate is valid, and for how long',
  defaults: { maxAgeMs: { up: 60_000, down: 1000 } },
  target: address,
  calls,
  options: {
    daysLeft: thresholds('Days until the first certificate expires.', 'days', '{ degradedAt: 14 }'),
    servername: text('The name that the certificate must be for.', { fallback: 'the host' }),
    ca: secretText('Whom to trust in place of the usual authorities; PEM.'),
    cert: secretText('A certificate of your own; PEM.'),
    key: secretText('Its key; PEM.'),
  },
  async make({ host, port }, options) {
    const { tls } = await import('hale/checks/tls')
    return { check: tls({ host, port }, options) }
  },
})

export const dns = checkType<DnsCheckOptions>()({
  name: 'dns',
  summary: 'a name can be resolved',
  target: { host: needed(text('The name that is looked up.')) },
  calls: { name: 'host', type: 'recordType' },
  options: {
    type: oneOf(
      'The kind of record, or lookup for the way that most clients go.',
      ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NAPTR', 'NS', 'PTR', 'SRV', 'TXT', 'lookup'],
      'A',
      { fileName: 'recordType' },
    ),
    servers: listOf("Name servers in place of the system's; addresses.", { type: 'string' }),
    least: count('How many records there must be.', { minimum: 1 }, '1'),
    expect: notInFile('a function'),
  },
  async make({ host }, options) {
    const { dns } = await import('hale/checks/dns')
    return { check: dns(host, options) }
  },
})

export const grpc = checkType<GrpcCheckOptions>()({
  name: 'grpc',
  summary: 'a gRPC server is serving (grpc.health.v1)',
  target: {
    ...address,
    tls: flag('Whether it is asked over TLS.', false),
    ca: secretText('Whom to trust in place of the usual authorities; PEM.'),
  },
  options: { service: text('The service asked for.', { fallback: 'the server as a whole' }) },
  async make({ host, port, tls, ca }, options) {
    const { grpc } = await import('hale/checks/grpc')
    const { Client, credentials } = await import('@grpc/grpc-js')
    const secure = tls === true || ca !== undefined
    const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
    const client = new Client(
      authority,
      secure
        ? credentials.createSsl(ca === undefined ? null : Buffer.from(ca))
        : credentials.createInsecure(),
      // Without it a server that comes back is not asked for up to two minutes.
      { 'grpc.max_reconnect_backoff_ms': 5000, 'grpc.use_local_subchannel_pool': 1 },
    )
    return { check: grpc(client, options), close: () => client.close() }
  },
})
