import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { profileOf } from '../../profile/defaults.ts'
import { readDocuments } from '../documents/read-documents.ts'
import { examine } from '../examine.ts'
import type { KnownService } from '../known-service.ts'
import { applyEdits } from './apply-edits.ts'
import { fixFiles } from './fix-files.ts'
import { unifiedDiff } from './unified-diff.ts'

describe('applyEdits', () => {
  test('makes each group whole or not at all, whatever their order', () => {
    const groups = [
      [{ at: [4, 5], text: 'X' }] as const,
      [
        { at: [0, 1], text: 'Y' },
        { at: [4, 4], text: 'Z' },
      ] as const,
      [{ at: [2, 2], text: '-' }] as const,
    ]
    expect(applyEdits('abcdef', groups)).toBe('ab-cdXf')
  })
})

describe('unifiedDiff', () => {
  test('says nothing when nothing differs', () => {
    expect(unifiedDiff('a', 'x\n', 'x\n')).toBe('')
  })

  test('keeps what is far apart in hunks of its own, and says where a file has no last newline', () => {
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at + 1}`)
    const before = lines.join('\n')
    const after = lines.toSpliced(1, 1, 'second', 'more').toSpliced(-1, 1, 'last').join('\n')
    expect(unifiedDiff('f', before, after)).toBe(
      [
        '--- a/f',
        '+++ b/f',
        '@@ -1,5 +1,6 @@',
        ' line 1',
        '-line 2',
        '+second',
        '+more',
        ' line 3',
        ' line 4',
        ' line 5',
        '@@ -17,4 +18,4 @@',
        ' line 17',
        ' line 18',
        ' line 19',
        '-line 20',
        '\\ No newline at end of file',
        '+last',
        '\\ No newline at end of file',
        '',
      ].join('\n'),
    )
  })

  test('leads from the one text to the other', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
      .map((lines) => `${lines.join('\n')}\n`)
    fc.assert(
      fc.property(text, text, (before, after) => {
        if (before !== after) expect(patched(before, unifiedDiff('f', before, after))).toBe(after)
      }),
    )
  })
})

/** What `patch` does, by the numbers of hunks alone. */
function patched(before: string, diff: string): string {
  const old = before.split('\n')
  const result: string[] = []
  let at = 0
  for (const line of diff.split('\n').slice(2, -1)) {
    const hunk = /^@@ -(\d+)/.exec(line)
    if (hunk !== null) {
      while (at < Number(hunk[1]) - 1) result.push(old[at++] ?? '')
    } else if (line.startsWith('+')) result.push(line.slice(1))
    else {
      expect(old[at]).toBe(line.slice(1))
      if (line.startsWith(' ')) result.push(line.slice(1))
      at++
    }
  }
  return [...result, ...old.slice(at)].join('\n')
}

const KNOWN: KnownService = {
  profile: profileOf(
    {
      name: 'orders',
      port: 8080,
      grpcPort: 50051,
      startupMs: 70_000,
      inFlightMs: 20_000,
      drainsItself: false,
    },
    { budgetMs: 1500 as 800 },
  ),
  source: 'hale.yaml',
  timesAreKnown: true,
}

const handler = fc.constantFrom(
  { httpGet: { path: '/health/live', port: 8080 } },
  { httpGet: { path: '/health/ready', port: 8080 } },
  { httpGet: { path: '/health?deep=true', port: 8080 } },
  { httpGet: { path: '/health/startup', port: '8080' } },
  { grpc: { port: 50_051, service: 'readiness' } },
  { grpc: { port: 50_051, service: 'liveness' } },
  { exec: { command: ['curl', 'http://localhost:8080/health/ready'] } },
  { exec: { command: ['sh', '-c', 'curl http://localhost:8080/livez || exit 1'] } },
  { tcpSocket: { port: 8080 } },
)
const figure = (values: readonly unknown[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
const probe = fc
  .tuple(
    handler,
    fc.record({
      timeoutSeconds: figure([1, 2, 5, 30, '3']),
      periodSeconds: figure([1, 2, 5, 10, 60]),
      failureThreshold: figure([1, 2, 3, 10, '1']),
      successThreshold: figure([1, 2]),
      initialDelaySeconds: figure([0, 10, 40]),
    }),
    fc.boolean(),
  )
  .map(([asks, figures, figuresFirst]) => (figuresFirst ? { ...figures, ...asks } : { ...asks, ...figures }))
const maybe = fc.option(probe, { nil: undefined })
const container = fc.record({
  name: fc.constant('app'),
  image: fc.constant('registry.example/app:1'),
  startupProbe: maybe,
  livenessProbe: maybe,
  readinessProbe: maybe,
  lifecycle: fc.constantFrom(undefined, undefined, { preStop: { exec: { command: ['sleep', '20'] } } }),
})
const manifest = fc
  .record({
    containers: fc.array(container, { minLength: 1, maxLength: 3 }),
    terminationGracePeriodSeconds: figure([10, 30, 90]),
    style: fc.record({
      flowAt: fc.integer({ min: 1, max: 9 }),
      comments: fc.boolean(),
      crlf: fc.boolean(),
      inset: fc.boolean(),
    }),
  })
  .map(({ style, ...spec }) => {
    const pod = { metadata: { labels: { app: 'x' } }, spec }
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'x' },
      spec: { template: pod },
    }
    const text = written(JSON.parse(JSON.stringify(object)), 0, style)
    return style.crlf ? text.replaceAll('\n', '\r\n') : text
  })

interface WrittenStyle {
  readonly flowAt: number
  readonly comments: boolean
  readonly inset: boolean
}

/** As people write it: blocks down to some depth, then braces; comments; lists further in, or not. */
function written(value: object, depth: number, style: WrittenStyle): string {
  const indent = '  '.repeat(depth)
  return Object.entries(value)
    .map(([key, one], at) => {
      const above = style.comments && at % 2 === 1 ? `${indent}# above ${key}\n` : ''
      const beside = style.comments ? ` # beside ${key}` : ''
      if (typeof one !== 'object' || depth >= style.flowAt)
        return `${above}${indent}${key}: ${JSON.stringify(one)}${beside}\n`
      if (!Array.isArray(one)) return `${above}${indent}${key}:${beside}\n${written(one, depth + 1, style)}`
      const dash = style.inset ? `${indent}  - ` : `${indent}- `
      const items = one.map((item) =>
        typeof item === 'object'
          ? `${dash}${written(item, dash.length / 2, style).replace(/^(?: *#[^\n]*\n)? */, '')}`
          : `${dash}${JSON.stringify(item)}\n`,
      )
      return `${above}${indent}${key}:${beside}\n${items.join('')}`
    })
    .join('')
}

describe('fixFiles', () => {
  test('leaves nothing to mend, once and for all, keeps comments, and the YAML valid', async () => {
    let mended = 0
    await fc.assert(
      fc.asyncProperty(manifest, async (text) => {
        expect(faultsOf(text), text).toEqual([])
        const [once] = await fixFiles([{ path: 'x.yaml', text }], KNOWN)
        const after = once?.after ?? ''
        if (after !== text) mended++
        expect(faultsOf(after), after).toEqual([])
        expect(commentsIn(after)).toEqual(commentsIn(text))
        expect(after.includes('\r\n')).toBe(text.includes('\r\n'))
        expect(/[^\r]\n/.test(after) && /\r\n/.test(after), 'ends of lines are mixed').toBe(false)
        const left = await mendable(after)
        expect(left, `${text}\n=>\n${after}`).toEqual([])
        const [twice] = await fixFiles([{ path: 'x.yaml', text: after }], KNOWN)
        expect(twice?.after).toBe(after)
      }),
      { numRuns: 80 },
    )
    expect(mended).toBeGreaterThan(40)
    // Seconds of its own, and more where others are busy too.
  }, 60_000)
})

function faultsOf(text: string): readonly string[] {
  return parseAllDocuments(text).flatMap(({ errors }) => errors.map(({ message }) => message))
}

function commentsIn(text: string): readonly string[] {
  return [...text.matchAll(/# [a-z]+ \w+/g)].map(([comment]) => comment)
}

async function mendable(text: string): Promise<readonly string[]> {
  const { documents } = await readDocuments({ path: 'x.yaml', text })
  return examine(documents, KNOWN)
    .filter(({ finding }) => (finding.edits?.length ?? 0) > 0)
    .map(({ rule, finding }) => `${rule.id}: ${finding.what}`)
}
