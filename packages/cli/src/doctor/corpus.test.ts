import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { profileOf } from '../profile/defaults.ts'
import type { CheckProfile } from '../profile/service-profile.ts'
import { readDocuments } from './documents/read-documents.ts'
import type { SourceFile } from './documents/source-file.ts'
import { examine } from './examine.ts'
import type { Reported } from './finding.ts'
import { fixFiles } from './fixing/fix-files.ts'
import type { KnownService } from './known-service.ts'
import { rules } from './rules/index.ts'

const corpus = fileURLToPath(new URL('./corpus', import.meta.url))
const files: readonly SourceFile[] = readdirSync(corpus, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ path: relative(corpus, path), text: readFileSync(path, 'utf8') }))
  .toSorted((a, b) => (a.path < b.path ? -1 : 1))
const good = files.filter(({ path }) => path.startsWith('good'))
const bad = files.filter(({ path }) => path.startsWith('bad'))

describe('the corpus', () => {
  test('is as large and as wide as was promised', () => {
    expect(files.length).toBeGreaterThanOrEqual(60)
    expect(good.length).toBeGreaterThanOrEqual(30)
    const expected = new Set(bad.flatMap(expectedIn))
    expect(rules.map(({ id }) => id).filter((id) => !expected.has(id))).toEqual([])
  })

  test.each(good)('nothing is found in $path', async (file) => {
    const documents = await documentsOf([file])
    expect(documents.length, 'nothing in it was examined').toBeGreaterThan(1)
    const found = examine(documents, serviceIn(file))
    expect(shown(found.filter(({ severity }) => severity !== 'info'))).toEqual([])
    // What is right, but could be better, is told to those who ask for it.
    const remarks = found.filter(
      ({ severity, suppressed }) => severity === 'info' && suppressed === undefined,
    )
    expect(remarks.map(({ rule }) => rule.id).toSorted()).toEqual(remarksIn(file))
  })

  test.each(bad)('exactly what is announced is found in $path', async (file) => {
    const found = await findingsIn(file)
    expect(found.map(({ rule }) => rule.id).toSorted(), shown(found).join('\n')).toEqual(
      expectedIn(file).toSorted(),
    )
  })

  test.each(bad)('every finding in $path has a place, evidence and a fix', async (file) => {
    for (const { finding } of await findingsIn(file)) {
      expect(finding.place[0]).toBeLessThanOrEqual(finding.place[1])
      expect(finding.place[1]).toBeLessThanOrEqual(file.text.length)
      expect(finding.what).not.toMatch(/undefined|NaN|\[object/)
      expect(finding.evidence.join()).not.toMatch(/undefined|NaN|\[object/)
      expect(finding.fix).not.toBe('')
    }
  })
})

test('no file that is cut off, or garbled in the middle, makes it throw', async () => {
  for (const [index, file] of files.entries()) {
    // Elsewhere in each, spread over all: steps of the golden ratio.
    const at = Math.floor(file.text.length * ((index * 0.618) % 1))
    for (const text of [file.text.slice(0, at), `${file.text.slice(0, at)}: {[*x "${file.text.slice(at)}`]) {
      const found = await findingsIn({ ...file, text })
      for (const { finding } of found) expect(finding.place[1]).toBeLessThanOrEqual(text.length)
    }
  }
}, 60_000)

describe('--fix', () => {
  test.each(bad)('leaves nothing to mend in $path, and nothing to do a second time', async (file) => {
    const service = serviceIn(file)
    const [once] = await fixFiles([file], service)
    const after = { ...file, text: once?.after ?? '' }
    const [twice] = await fixFiles([after], service)
    expect(twice?.after).toBe(after.text)
    const left = examine(await documentsOf([after]), service)
    expect(shown(left.filter(({ finding }) => (finding.edits ?? []).length > 0))).toEqual([])
    const [before, then] = [counted(await findingsIn(file)), counted(left)]
    for (const [id, count] of then) expect(count, `${id} was added`).toBeLessThanOrEqual(before.get(id) ?? 0)
  })

  test.each(bad)('keeps every comment, and the order of lines, of $path', async (file) => {
    const [fixed] = await fixFiles([file], serviceIn(file))
    expect(commentsIn(fixed?.after ?? '')).toEqual(commentsIn(file.text))
    expect(blankLinesIn(fixed?.after ?? '')).toBe(blankLinesIn(file.text))
    const after = keysIn(fixed?.after ?? '')
    let at = 0
    for (const key of keysIn(file.text)) {
      const next = after.indexOf(key, at)
      expect(next, `${key} is not where it was`).toBeGreaterThanOrEqual(at)
      at = next + 1
    }
  })

  test.each(bad)('takes nothing from $path but in the lines that its findings point at', async (file) => {
    const lineAt = (offset: number): number => file.text.slice(0, offset).split('\n').length
    for (const { rule, finding } of await findingsIn(file)) {
      const [first, last] = finding.place.map(lineAt)
      for (const { at } of finding.edits ?? []) {
        if (at[0] === at[1]) continue
        expect(lineAt(at[0]), rule.id).toBeGreaterThanOrEqual(first ?? 0)
        expect(lineAt(at[1]), rule.id).toBeLessThanOrEqual(last ?? 0)
      }
    }
  })

  test.each(good)('changes nothing in $path', async (file) => {
    const [fixed] = await fixFiles([file], serviceIn(file))
    expect(fixed?.after).toBe(file.text)
  })

  test('mends most of what it finds', async () => {
    const found = (await Promise.all(bad.map(findingsIn))).flat()
    const mendable = new Set(found.flatMap(({ rule, finding }) => (finding.edits?.length ? [rule.id] : [])))
    expect([...mendable].toSorted()).toEqual([
      'alert-without-for',
      'degraded-taken-for-down',
      'ecs-out-of-range',
      'envoy-immediate-eject',
      'exec-probe-without-timeout',
      'grace-below-drain',
      'haproxy-options-default',
      'haproxy-unchecked-server',
      'healthcheck-hides-failure',
      'invalid-probe',
      'liveness-asks-readiness',
      'liveness-restarts-at-once',
      'nginx-passive-off',
      'no-drain',
      'no-startup-probe',
      'outlier-ejects-all',
      'probes-not-rewritten',
      'proxy-ends-first',
      'readiness-asks-liveness',
      'shared-dependency',
      'signal-not-handed-on',
      'startup-window-too-short',
      'timeout-above-interval',
      'timeout-above-period',
      'timeout-below-budget',
      'watchdog-without-restart',
    ])
  })
})

async function documentsOf(sources: readonly SourceFile[]) {
  return (await Promise.all(sources.map(readDocuments))).flatMap(({ documents }) => documents)
}

const known = new WeakMap<SourceFile, Promise<readonly Reported[]>>()

/** Once for each file, which several tests look at. */
function findingsIn(file: SourceFile): Promise<readonly Reported[]> {
  const found = known.get(file) ?? findingsOf(file)
  known.set(file, found)
  return found
}

async function findingsOf(file: SourceFile): Promise<readonly Reported[]> {
  return examine(await documentsOf([file]), serviceIn(file)).filter(
    ({ suppressed }) => suppressed === undefined,
  )
}

function shown(found: readonly Reported[]): readonly string[] {
  return found
    .filter(({ suppressed }) => suppressed === undefined)
    .map(({ rule, finding, path }) => `${path}: ${rule.id}: ${finding.what}`)
}

function counted(found: readonly Reported[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { rule } of found) counts.set(rule.id, (counts.get(rule.id) ?? 0) + 1)
  return counts
}

/** `# expects: rule, rule` in the first comment. */
function expectedIn({ path, text }: SourceFile): readonly string[] {
  const ids = /expects: ([a-z, -]+)/.exec(text)?.[1]
  if (ids === undefined) throw new Error(`${path} does not say what is expected`)
  return ids.split(',').map((id) => id.trim())
}

/** `# remarks: rule rule`. */
function remarksIn({ text }: SourceFile): readonly string[] {
  return (/^# remarks: (.*)$/m.exec(text)?.[1] ?? '')
    .split(' ')
    .filter((id) => id !== '')
    .toSorted()
}

/** `# service: startupMs=1000 …`: what a definition would say. */
function serviceIn({ text }: SourceFile): KnownService {
  const said = /^# service: (.*)$/m.exec(text)?.[1]
  if (said === undefined) return { profile: profileOf({ name: 'service', port: 0 }), timesAreKnown: false }
  const { budgetMs, preStop, checks, localOnly, ...numbers } = Object.fromEntries(
    said
      .trim()
      .split(/\s+/)
      .map((pair) => pair.split('=') as [string, string]),
  ) as Record<string, string>
  const known = Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, Number(value)]))
  const profile = profileOf(
    {
      name: 'orders',
      port: 0,
      ...known,
      ...(preStop !== undefined && { drainsItself: false }),
      ...(localOnly !== undefined && {
        localOnly: { http: `serve.host ${localOnly}`, grpc: `serve.grpc.host ${localOnly}` },
      }),
      ...(checks !== undefined && { checks: checksFrom(checks) }),
    },
    budgetMs === undefined ? {} : { budgetMs: Number(budgetMs) as 800 },
  )
  return { profile, source: 'hale.yaml', timesAreKnown: true }
}

function checksFrom(text: string): readonly CheckProfile[] {
  return text.split(',').map((one) => {
    const [name = '', type = '', probes = ''] = one.split(':')
    return { name, type, critical: true, timeoutMs: 500, probes: probes.split('+') as CheckProfile['probes'] }
  })
}

function commentsIn(text: string): readonly string[] {
  return [...text.matchAll(/(?:^|\s)(#[^\r\n]*)/g)].map(([, comment = '']) => comment)
}

function blankLinesIn(text: string): number {
  return text.split('\n').filter((line) => line.trim() === '').length
}

/** What lines begin with, so that the order of a file can be told. */
function keysIn(text: string): readonly string[] {
  return [...text.matchAll(/^[ -]*([A-Za-z_]+):/gm)].map(([, key = '']) => key)
}
