import { Option } from 'commander'
import { duration } from '../command/duration.ts'
import type { Verb } from '../command/verb.ts'
import type { WatchOptions } from '../watch/watch-options.ts'

export const watch: Verb<WatchOptions> = {
  name: 'watch',
  summary: 'show the health of endpoints as it changes',
  define: (command) =>
    command
      .description(
        [
          'Asks health endpoints again and again, and shows their status, since when, latency, checks and what changes.',
          "It reads what hale, Spring Boot's Actuator, MicroProfile, application/health+json and Kubernetes' own",
          'components answer; of anything else it reads the HTTP status. Where its output is no terminal it writes a',
          'line for each change.',
        ].join(' '),
      )
      .argument(
        '<url...>',
        'endpoints; one without a path means /health/ready, and one without a scheme http',
      )
      .addOption(
        new Option('-i, --interval <duration>', 'from one look to the next')
          .argParser(duration({ leastMs: 100, mostMs: 3_600_000 }))
          .default(2000, '2s'),
      )
      .addOption(
        new Option('-t, --timeout <duration>', 'how long an answer may take')
          .argParser(duration({ leastMs: 1, mostMs: 600_000 }))
          .default(5000, '5s'),
      )
      // One value each time it is given, since what follows may be an endpoint.
      .option(
        '-H, --header <header>',
        "sent with each request, 'Name: value'; may be given again",
        (one: string, before: readonly string[] = []) => [...before, one],
      )
      .option('--token-file <file>', 'sends what the file holds as bearer token')
      .option('-k, --insecure', 'take certificates as they come')
      .option('--cacert <file>', 'whom to trust, PEM, in place of the authorities that Node trusts')
      .option('--once', 'look once, and exit with 0 when all are healthy, else with 1')
      .option('--plain', 'lines instead of a live table, on a terminal too')
      .option('--json', 'each look as a JSON object on a line of its own'),
  examples: [
    { line: 'hale watch localhost:9400', does: "a service's readiness, as it changes" },
    {
      line: 'hale watch -i 500ms http://localhost:8080/health/ready http://localhost:8081/actuator/health',
      does: 'two, twice a second',
    },
    { line: 'hale watch --once --json localhost:9400', does: 'one look, for a script' },
    { line: 'hale watch --plain localhost:9400 | tee changes.log', does: 'a line for each change, kept' },
  ],
  load: () => import('../watch/run.ts'),
}
