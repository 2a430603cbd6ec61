import { Option } from 'commander'
import { nagiosUnknown, type ProbeFlag, probeFlags } from 'hale/probe'
import type { Verb } from '../command/verb.ts'

/** Asks services once whether they are well. */
export const probe: Verb = {
  name: 'probe',
  summary: 'ask once whether something is well: HTTP, gRPC, TCP, TLS, Unix sockets',
  define(command) {
    command.argument('<target...>', 'URLs, host:port/path, unix:/path/of.sock, unix:/path/of.sock:/uri')
    for (const flag of probeFlags) command.addOption(optionOf(flag))
    return command
      .option('--json', 'one line of JSON for each target')
      .option('-q, --quiet', 'nothing but the exit code')
      .addOption(
        new Option('--nagios', 'as a monitoring plugin: exit 0, 1, 2 or 3, with measurements').conflicts(
          'json',
        ),
      )
      .addOption(
        new Option(
          '--grpc-codes',
          'exit as gRPC probes do: 2 unreachable, 3 call failed, 4 not serving',
        ).conflicts('nagios'),
      )
  },
  examples: [
    { line: 'hale probe http://localhost:8080/health/ready', does: 'exits with 0 when it is well' },
    {
      line: 'hale probe --wait 60s localhost:8080/health/ready tcp://localhost:5432',
      does: 'until both are well, a minute at most',
    },
    {
      line: 'hale probe --expect-json status=UP --slow 300ms https://orders.example/health',
      does: 'expects more',
    },
    { line: 'hale probe grpc://localhost:50051/orders.v1.Orders', does: "asks gRPC's health service" },
    {
      line: 'hale probe --nagios --certificate-days 14,7 https://orders.example/health',
      does: 'as Nagios likes it',
    },
  ],
  // Docker reserves 2.
  usageExitCode: 1,
  // Nobody reads the stderr of a monitoring plugin, and 3 is unknown: what could not be found out.
  refusal: (argv, problems) =>
    asksForNagios(argv) ? { code: 3, out: `${nagiosUnknown(problems)}\n` } : undefined,
  load: () => import('../probe/run.ts'),
}

function optionOf({ name, short, value, many, does }: ProbeFlag): Option {
  const flags = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` <${value.toLowerCase()}>`}`
  const option = new Option(flags, does)
  // One value each time it is given, since what follows may be a target.
  return many === true
    ? option.argParser((one: string, before: readonly string[] = []) => [...before, one])
    : option
}

/** Told by the words alone, since a command line that is wrong has not been read. */
function asksForNagios(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end === -1 ? undefined : end).some((word) => /^--nagios(=|$)/.test(word))
}
