import { type ProbeFlag, probeFlags } from './probe-flags.ts'

const ownFlags: readonly ProbeFlag[] = [
  { name: 'json', does: 'print one line of JSON' },
  { name: 'nagios', does: 'print and exit as a monitoring plugin: 0, 1, 2, 3' },
  { name: 'grpc-codes', does: 'exit as gRPC probes do: 2 unreachable, 3 call failed, 4 not serving' },
  { name: 'quiet', short: 'q', does: 'print nothing' },
  { name: 'help', short: 'h', does: 'print this' },
]

/** What `hale-probe --help` prints. */
export const helpText = `Usage: hale-probe [options] [TARGET]

Asks once whether something is well: exits with 0 when it is, with 1 when it is not.

TARGET is one of
  http://host:port/path, https://…       200 to 399 is well
  grpc://host:port/service, grpcs://…    grpc.health.v1.Health/Check
  tcp://host:port, tls://host:port       a connection
  unix:/run/app.sock                     a connection
  unix:/run/app.sock:/health/ready       HTTP over a Unix socket
  :8080/path                             http://127.0.0.1:8080/path
  /path                                  http://127.0.0.1:$PORT/path
and when absent $HALE_PROBE_URL, or else /health/live.

${[...probeFlags, ...ownFlags].map(lineOf).join('\n')}

Examples:
  hale-probe http://127.0.0.1:8080/health/ready
  hale-probe --wait 60s --expect-json status=UP :8080/health/ready
  hale-probe --nagios --slow 300ms --certificate-days 14,7 https://orders.example/health
`

function lineOf({ name, short, value, does }: ProbeFlag): string {
  const flag = `${short === undefined ? '   ' : `-${short},`} --${name}${value === undefined ? '' : ` ${value}`}`
  return `  ${flag.padEnd(32)} ${does}`
}
