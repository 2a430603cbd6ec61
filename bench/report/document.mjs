// @ts-check
import { asMarkdown } from './table.mjs'

/**
 * `docs/benchmarks.md`.
 *
 * @param {readonly import('./table.mjs').Table[]} tables
 * @param {import('./results.mjs').Results} results of these tables
 */
export function documentOf(tables, results) {
  const run = mainRun(Object.values(results).map((result) => result.run))
  const sections = tables.flatMap((table) => {
    const result = results[table.name]
    return result === undefined ? [] : [{ table, ...result }]
  })
  const goals = sections.flatMap(({ measured }) => measured.goals)
  const met = goals.filter((goal) => goal.met).length
  return `${[
    '# Benchmarks',
    introduction,
    `${met} of ${goals.length} goals are met; a missed one is marked **gap** below its table.`,
    reproduce(run),
    method,
    ...sections.map(({ table, measured, run: own }) => {
      const another = own.began === run.began ? '' : `${measuredApart(own)}\n\n`
      return `## ${table.title}\n${table.about}\n\n${another}${asMarkdown(measured)}`
    }),
  ].join('\n\n')}\n`
}

const introduction = `A health check must not cost the service it watches, and it must answer when a
dependency is slow, hangs or is gone: that is when it is asked in earnest. This page measures both,
beside a hand-written node:http handler, which is about the least that a probe can cost, and beside
other health libraries for Node.js. The program that measures writes it; nobody edits it.`

/**
 * The one that most of the tables are of, as it was at its end.
 *
 * @param {readonly import('./results.mjs').Run[]} runs one for each table
 * @returns {import('./results.mjs').Run}
 */
function mainRun(runs) {
  const tables = (/** @type {import('./results.mjs').Run} */ { began }) =>
    runs.filter((other) => other.began === began).length
  const [main] = runs.toSorted((a, b) => tables(b) - tables(a) || b.minutes - a.minutes)
  return /** @type {import('./results.mjs').Run} */ (main)
}

/** @param {import('./results.mjs').Run} run */
function reproduce({ quick, minutes, began, machine }) {
  return `## Reproduce
\`\`\`sh
npm run bench
\`\`\`
\`npm run bench -- --quick\` is a short run, \`npm run bench -- --only liveness\` measures one table; neither writes
this page, unless \`--write\` is added.

The run${quick ? ' (a **quick** one: expect more noise)' : ''}: ${began.slice(0, 10)}, ${minutes} minutes, on
${machine.map((line) => `- ${line}`).join('\n')}`
}

/** @param {import('./results.mjs').Run} run */
function measuredApart({ began, quick, machine }) {
  const [, load, , hale] = machine
  return `Measured in a run of its own${quick ? ', a **quick** one' : ''}: ${began.slice(0, 10)}, ${hale}; ${load}.`
}

const method = `## Method
- Each server runs in a process of its own on the loopback address, with \`NODE_ENV=production\`. The
  load comes from another process over 64 keep-alive connections, one request at a time on each. The
  status and length of every answer are checked: where hanging is not the subject, any answer but a 200
  ends the measurement.
- The figure is the **server's CPU time per request**, user and system, from \`process.cpuUsage()\`:
  what a probe takes from the service's own work. It does not depend on how fast the load generator is, which is also
  kept from sleeping: to wake it would cost a server the more often the slower it is.
- Servers are measured **in turns**, in slices of some 30 ms (a second where results age), in random order, over many rounds,
  so that what disturbs the machine meets all of them. A ratio is computed within each round; the median
  is given. Peers take part in every fourth round. The range is that of the medians of several sets of
  freshly started processes, since one process may be luckier than another for its whole life.
- **Noise**: on a shared virtual machine single slices differ by 20 % and more, mostly in the kernel.
  The bare server is measured twice, in two processes: by as much as the second differs from 1, other
  lines may differ for no reason. Read ratios rather than microseconds, which depend on the machine and
  its day. A ratio slightly above 1 means "equal".
- \`serveHealth\` **answers plain requests without Node's HTTP parser**, and the load sends plain requests: a line,
  \`Host\` and \`Accept\`, as most probers do. What is not plain goes through Node's parser and costs what it costs
  any server: the liveness table has a line for it. \`healthListener\` and the middleware always use Node's parser.
- The bare servers send the very bytes of hale's body, made once and kept. hale's answers also carry
  \`Cache-Control\`, \`Vary\` and \`X-Content-Type-Options\`, which the bare ones do without.
- Peers are set up as their documentation shows. Where protections are off by default (Nest's timeout
  and cache) there is a line with them and one without. What a peer does not have is n/a. Goals are
  hale's alone.`
