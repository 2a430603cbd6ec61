import { expect, test } from 'vitest'
import { profileOf } from '../profile/defaults.ts'
import { readDocuments } from './documents/read-documents.ts'
import type { SourceFile } from './documents/source-file.ts'
import { examine } from './examine.ts'

const SERVICE = { profile: profileOf({ name: 'orders', port: 8080 }), timesAreKnown: false }
const SIZE = 24 * 1024
const TIMES = 16
/** Linear is 16, quadratic 256; between them is what a collector and a processor's caches add. */
const MOST = 80
const TRIES = 3

interface Kind {
  readonly path: string
  readonly before: string
  readonly after: string
  again(index: number): string
}

function dockerfile(again: string | ((index: number) => string), before = '', after = ''): Kind {
  return {
    path: 'Dockerfile',
    before: `FROM debian:12\n${before}`,
    after: `${after}\nHEALTHCHECK CMD curl -f http://localhost/\n`,
    again: typeof again === 'string' ? () => again : again,
  }
}

function named(path: string, again: (index: number) => string, before = ''): Kind {
  return { path, before, after: '', again }
}

const KINDS: Readonly<Record<string, Kind>> = {
  'stages and comments': dockerfile('FROM a\n# a comment\n'),
  'health checks': dockerfile('HEALTHCHECK CMD x\n'),
  'assignments before a command': dockerfile('A=b ', 'CMD ', 'c'),
  'assignments in a script': dockerfile('A=b ', 'CMD ["sh", "-c", "', 'b"]'),
  'substitutions that are never closed': dockerfile('$(a ', 'CMD ', 'b'),
  'words of a copy': { ...dockerfile('COPY ', 'RUN '), before: 'FROM scratch\nRUN ' },
  'blank lines of a command': dockerfile('\n', 'HEALTHCHECK CMD x; \\\n', ': \\\n x'),
  suppressions: dockerfile('# hale-ignore no-drain: a reason\n'),
  'suppressions without a reason': dockerfile('# hale-ignore no-drain\n'),
  'pods and Services': named(
    'orders.yaml',
    (i) => `apiVersion: v1
kind: Pod
metadata: {name: x, labels: {app: a${i}}}
spec: {containers: [{name: a, image: x}]}
---
apiVersion: v1
kind: Service
metadata: {name: x}
spec: {selector: {app: a${i}}}
---
`,
  ),
  aliases: named(
    'compose.yaml',
    (i) => `  s${i}: {image: x, healthcheck: {<<: *check, test: hale-probe}}\n`,
    'x-check: &check {interval: 5s}\nservices:\n',
  ),
  'defaults of HAProxy': named(
    'haproxy.cfg',
    (i) => `defaults d${i}\n  option httpchk\nbackend b${i}\n  server a 10.0.0.1:80\n`,
  ),
  'commands of Nagios': named(
    'commands.cfg',
    (i) => `define command {\n  command_name a${i}\n  command_line check_http -u /health/ready\n}\n`,
  ),
  'tables of TOML': named(
    'traefik.toml',
    (i) => `[http.services.s${i}.loadBalancer.healthCheck]\npath = "/health/ready"\n`,
  ),
  'keys of TOML': named('any.toml', (i) => `a.b.c${i} = 1\n`),
}

function fileOf({ path, before, after, again }: Kind, size: number): SourceFile {
  const parts: string[] = []
  for (let length = 0, index = 0; length < size; index++) {
    const part = again(index)
    parts.push(part)
    length += part.length
  }
  return { path, text: before + parts.join('') + after }
}

/** Of this process alone: others may be busy. */
async function processorMs(file: SourceFile): Promise<number> {
  const began = process.cpuUsage()
  examine((await readDocuments(file)).documents, SERVICE)
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}

/** What else the process does adds to a try, and takes from none. */
async function leastMs(file: SourceFile, enough: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < TRIES && least > enough; tries++) {
    least = Math.min(least, await processorMs(file))
  }
  return least
}

test.each(Object.entries(KINDS))('a file of %s costs what its length asks for', async (_, kind) => {
  const small = await leastMs(fileOf(kind, SIZE), 0)
  expect((await leastMs(fileOf(kind, SIZE * TIMES), MOST * small)) / small).toBeLessThanOrEqual(MOST)
})
