import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { UsageError } from '../command/usage-error.ts'
import { profileOf } from '../profile/defaults.ts'
import type { ServiceProfile } from '../profile/service-profile.ts'
import { readBicepVariables } from './schemas/read-bicep.ts'
import { readHcl } from './schemas/read-hcl.ts'
import type { GeneratedFile, Language, Target, TargetOptions } from './target.ts'
import { targets } from './targets/index.ts'
import { refuseUnwritable } from './writable.ts'

/** What ends a string, a line, a value or a comment, or begins a variable, a template or a command, somewhere. */
const special = [
  '"',
  "'",
  '`',
  '\\',
  ' ',
  '\n',
  '\r',
  '\u2028',
  ';',
  '#',
  '{',
  '}',
  '{{',
  '$',
  '${',
  '$(',
  '%',
  '%{',
  '|',
  '*',
  '<',
]
const known = {
  name: 'orders',
  port: 3000,
  tls: true,
  grpcPort: 3001,
  agentPort: 3002,
  metricsPath: '/health/metrics',
}

/** A profile of which one text holds `inserted`, between two marks. */
function profileWith(field: string, inserted: string): ServiceProfile {
  const text = (of: string, begin: string) => `${begin}QQ${of === field ? inserted : ''}ZZ`
  const probe = { path: text('path', '/'), budgetMs: 800 }
  return profileOf({
    ...known,
    liveness: probe,
    readiness: probe,
    startup: probe,
    // One alone is found by its host.
    ...(field === 'host' && { replicas: 1 }),
    host: text('host', ''),
    image: text('image', 'registry/'),
    version: text('version', '1'),
    metricsPath: text('metricsPath', '/'),
    checks: [{ name: text('check', 'c'), critical: true, timeoutMs: 100, probes: ['readiness'] }],
  })
}

function choicesOf({ forms = [''], asks }: Target): readonly TargetOptions[] {
  return forms.flatMap((form) =>
    (asks ?? [undefined]).map((ask) => ({ ...(form !== '' && { form }), ...(ask !== undefined && { ask }) })),
  )
}

/** What stays the same whatever texts are put in: keys, types and lengths, of lines their number and first words. */
function shapeOf({ text, language }: GeneratedFile): unknown {
  switch (language) {
    case 'yaml':
      return parseAllDocuments(text).map((document) => {
        expect(document.errors).toEqual([])
        return typesIn(document.toJS())
      })
    case 'json':
    case 'hcl':
    case 'bicep':
      return typesIn(valuesOf(text, language))
    default:
      return linesOf(text).map((line) => line.trim().split(/[\s="]/)[0])
  }
}

/** What a character would have to be quoted for, where the marks stand in these languages: outside of strings, or within. */
const meaningful: Partial<Record<Language, RegExp>> = {
  haproxy: /[\s"'\\#]/,
  nginx: /[\s"'\\;{}#$]/,
  caddyfile: /[\s"`{}#\\]/,
  vcl: /["\n\r]/,
  conf: /["'`;\\\n\r]/,
  // Specifiers and variables are doubled; the rest only within quotes.
  ini: /[\n\r\\"]|(?<!%)%(?!%)|(?<!\$)\$(?!\$)/,
}

/** The inserted text is there as it was, or as its language writes it; or nothing of it is. */
function expectTaken({ text, language, path }: GeneratedFile, inserted: string): void {
  const unquoted = meaningful[language]
  if (unquoted === undefined) {
    const forms = ['', '_'.repeat(inserted.length), inserted, inserted.replaceAll('$', '$$$$')].map(
      (form) => `QQ${form}ZZ`,
    )
    for (const found of textsIn(valuesOf(text, language)).filter((it) => it.includes('QQ')))
      expect([path, forms.some((form) => found.includes(form))]).toEqual([path, true])
    return
  }
  // Nagios' macros are doubled.
  if (path.startsWith('nagios/')) expect(text).not.toMatch(/QQ[^Z]*(?<!\$)\$(?!\$)/)
  for (const [, within = ''] of linesOf(text)
    .join('\n')
    .matchAll(/QQ([\s\S]*?)ZZ/g))
    expect([path, within, unquoted.test(within)]).toEqual([path, within, false])
}

function valuesOf(text: string, language: Language): unknown {
  if (language === 'yaml') return parseAllDocuments(text).map((document) => document.toJS())
  if (language === 'json') return JSON.parse(text)
  if (language === 'dockerfile') return JSON.parse(/^ {2}CMD (.*)$/m.exec(text)?.[1] ?? '')
  return language === 'hcl' ? readHcl(text) : readBicepVariables(text)
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : []
}

/** Without comments, whose lines may be more or fewer. */
function linesOf(text: string): readonly string[] {
  return text.split(/\r\n|[\n\r\u2028\u2029]/).filter((line) => !/^\s*(?:#|\/\/|$)/.test(line))
}

function typesIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(typesIn)
  if (value === null || typeof value !== 'object') return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, typesIn(it)]))
}

/** What is quoted wherever it is written, since it may be anything. */
const free: readonly string[] = ['version', 'check']
const fields = ['path', 'metricsPath', 'host', 'image', 'version', 'check'] as const
const cases = fields.flatMap((field) =>
  // All at once where each would go through every target.
  free.includes(field)
    ? [special.filter((it) => !/[\n\r\u2028]/.test(it)).join(''), '\n', '\r', '\u2028'].map(
        (it) => [field, it] as const,
      )
    : special.map((it) => [field, it] as const),
)

test.each(cases)(
  'a %s with %j in it is refused, or changes nothing but the text',
  async (field, inserted) => {
    const hostile = profileWith(field, inserted)
    if (refused(() => refuseUnwritable(hostile))) return
    for (const load of Object.values(targets)) {
      const target = await load()
      for (const choice of choicesOf(target)) {
        const files: GeneratedFile[] = []
        if (refused(() => files.push(...target.files(hostile, choice)))) continue
        expect([target.name, choice, files.map(shapeOf)]).toEqual([
          target.name,
          choice,
          harmlessShapes(target, choice, field),
        ])
        // How names of checks are written in PromQL is for promtool to say.
        if (field !== 'check') for (const file of files) expectTaken(file, inserted)
      }
    }
  },
)

const harmless = new Map<string, readonly unknown[]>()

/** Those of files into which nothing was put, made once for all that is put into others. */
function harmlessShapes(target: Target, choice: TargetOptions, field: string): readonly unknown[] {
  // One that has a host is alone; else the field makes no difference.
  const key = JSON.stringify([target.name, choice, field === 'host'])
  const known = harmless.get(key) ?? target.files(profileWith(field, ''), choice).map(shapeOf)
  harmless.set(key, known)
  return known
}

/** Whether it is, with the option that mends it. */
function refused(act: () => unknown): boolean {
  try {
    act()
    return false
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    expect(error.problems.join()).toMatch(/--(base-path|metrics-path|host|image)|service\.version|checks/)
    return true
  }
}

test('what nobody has a use for is refused, all of it at once, shown so that a terminal takes no harm', () => {
  const probe = { path: '/a{{b', budgetMs: 1 }
  const worst = {
    ...profileOf(known),
    readiness: probe,
    metricsPath: '/m n',
    host: 'a;b',
    image: 'x:{{ y }}',
    version: '1\n2',
    checks: [{ name: 'a\u001b[31m', critical: true, timeoutMs: 1, probes: ['readiness'] as const }],
  }
  const problems = problemsOf(() => refuseUnwritable(worst))
  expect(problems).toHaveLength(6)
  expect(problems.join('\n')).not.toMatch(/[^\P{Cc}\n]/u)
})

test.each(['orders.internal', '10.0.0.7', 'fd00::7', '[fd00::7]', 'orders'])('%s is a host', (host) => {
  expect(problemsOf(() => refuseUnwritable({ ...profileOf(known), host }))).toEqual([])
})

test.each(['orders:1.2.3', 'registry:5000/team/orders@sha256:0123', '$REGISTRY/orders:$TAG'])(
  '%s is an image',
  (image) => {
    expect(problemsOf(() => refuseUnwritable({ ...profileOf(known), image }))).toEqual([])
  },
)

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act()
    return []
  } catch (error) {
    if (error instanceof UsageError) return error.problems
    throw error
  }
}
