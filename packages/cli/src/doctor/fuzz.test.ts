import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { profileOf } from '../profile/defaults.ts'
import { readDocuments } from './documents/read-documents.ts'
import { examine } from './examine.ts'
import { fixFiles } from './fixing/fix-files.ts'
import type { KnownService } from './known-service.ts'

const corpus = fileURLToPath(new URL('./corpus', import.meta.url))
const files = readdirSync(corpus, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => ({ path: entry.name, text: readFileSync(join(entry.parentPath, entry.name), 'utf8') }))

const SERVICE: KnownService = {
  profile: profileOf({ name: 'orders', port: 8080, grpcPort: 50_051 }, { budgetMs: 1500 as 800 }),
  source: 'hale.yaml',
  timesAreKnown: true,
}

/** What every grammar trips over. */
const SIGNS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '<<EOF',
  '${',
  '\\',
  '#',
  '\n',
  '\r\n',
  '\t',
  ': ',
  '- ',
  '&a ',
  '*a',
  '|',
  '---\n',
  '\0',
  '\uFEFF',
  '☃',
  '/*',
  '//',
  ';',
  '=',
]

/** Of this process alone: others may be busy. */
function cpuMsSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}

type Spoil = (text: string) => string

const at = fc.double({ min: 0, max: 1, noNaN: true })
const spoil: fc.Arbitrary<Spoil> = fc.oneof(
  at.map(
    (where): Spoil =>
      (text) =>
        text.slice(0, where * text.length),
  ),
  fc.tuple(at, fc.constantFrom(...SIGNS)).map(
    ([where, sign]): Spoil =>
      (text) => {
        const point = Math.floor(where * text.length)
        return text.slice(0, point) + sign + text.slice(point)
      },
  ),
  fc.tuple(at, at).map(
    ([from, length]): Spoil =>
      (text) => {
        const start = Math.floor(from * text.length)
        return text.slice(0, start) + text.slice(start + Math.floor(length * 40))
      },
  ),
  fc.tuple(at, at, at).map(
    ([from, length, to]): Spoil =>
      (text) => {
        const lines = text.split('\n')
        const start = Math.floor(from * lines.length)
        const moved = lines.splice(start, 1 + Math.floor(length * 5))
        lines.splice(Math.floor(to * lines.length), 0, ...moved)
        return lines.join('\n')
      },
  ),
  fc.array(at, { minLength: 4, maxLength: 4 }).map(
    (swaps): Spoil =>
      (text) => {
        const words = text.split(/(\s+)/)
        const [a = 0, b = 0, c = 0, d = 0] = swaps.map((where) => Math.floor(where * (words.length - 1)))
        ;[words[a], words[b]] = [words[b] ?? '', words[a] ?? '']
        ;[words[c], words[d]] = [words[d] ?? '', words[c] ?? '']
        return words.join('')
      },
  ),
)

test('no file, however it was cut, mixed or filled with signs, makes the doctor throw, hang or point beside it', async () => {
  const spoilt = fc
    .tuple(fc.constantFrom(...files), fc.array(spoil, { minLength: 1, maxLength: 4 }))
    .map(([{ path, text }, spoils]) => ({ path, text: spoils.reduce((now, one) => one(now), text) }))
  await fc.assert(
    fc.asyncProperty(spoilt, async (file) => {
      const began = process.cpuUsage()
      const { documents } = await readDocuments(file)
      for (const { finding } of examine(documents, SERVICE)) {
        expect(finding.place[0]).toBeGreaterThanOrEqual(0)
        expect(finding.place[0]).toBeLessThanOrEqual(finding.place[1])
        expect(finding.place[1]).toBeLessThanOrEqual(file.text.length)
        expect(`${finding.what} ${finding.evidence.join()} ${finding.fix}`).not.toMatch(
          /undefined|NaN|\[object/,
        )
      }
      await fixFiles([file], SERVICE)
      expect(cpuMsSince(began)).toBeLessThan(2000)
    }),
    { numRuns: Number(process.env.HALE_FUZZ_RUNS ?? 80) },
  )
})

test('what nests or repeats without end is read in the time that its length asks for', async () => {
  const deep = (open: string): string => open.repeat(10_000)
  const texts: Readonly<Record<string, string>> = {
    'a.tf': `x ${deep('{ a ')}`,
    'b.tf': `x = ${deep('[')}`,
    'c.tf': `x = "${deep('${')}`,
    'd.hcl': `x = ${deep('f(')}`,
    'a.conf': `upstream x { server a; }\n${deep('{')}`,
    'a.cfg': `backend x\n  option httpchk ${deep('"')}`,
    'b.cfg': `backend x\n  option httpchk\n${deep('  server a b\n')}`,
    'a.vcl': `vcl 4.1;\nprobe x { .url = "/";\n${deep('probe x { ')}`,
    Caddyfile: `reverse_proxy a {\n${deep('x {\n')}`,
    'a.service': `[Service]\nA=1\n${deep('\\\n')}`,
    'a.monit': `check host x with address y\nif failed\n${deep('if failed ')}`,
    'b.conf': `define command {\n${deep(' command_line check_http -u ')}`,
    'a.toml': `[http.services]\nx = ${deep('[')}`,
    'b.toml': `[http.services]\nx = ${deep('{ a = ')}`,
    'c.toml': `${deep('a.')}a = 1`,
    'd.toml': `[[http.services]]\n${deep('[[http.services]]\n')}`,
    'a.yaml': `apiVersion: v1\nkind: Pod\nspec: ${deep('{a: ')}`.slice(0, 4000),
    'any.txt': deep('\n'),
    'any.yaml': deep('\n'),
    'any.json': deep(' '),
    Dockerfile: `FROM a\nCMD ${'a;'.repeat(200_000)}b\n`,
    'compose.yaml': `services:\n  a:\n    image: x\n    healthcheck: { test: "curl ${deep('-f ')}" }`,
  }
  for (const [path, text] of Object.entries(texts)) {
    const began = process.cpuUsage()
    const { documents } = await readDocuments({ path, text })
    examine(documents, SERVICE)
    expect(cpuMsSince(began), path).toBeLessThan(2000)
  }
})
