import { readFile, rm } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fakeTerminal } from '../command/fake-terminal.ts'
import { CALM, doctorInFolder, EAGER } from './doctor-in-folder.ts'
import { rules } from './rules/index.ts'
import { check } from './run.ts'

const { at, doctor, problemsOf, put, text } = doctorInFolder(beforeEach, afterEach)

/** Without the breaks of lines that the width makes. */
function unwrapped(out: string): string {
  return out.replace(/\s+/g, ' ')
}

describe('hale doctor', () => {
  test('finds nothing and exits 0', async () => {
    const { code, out, err } = await doctor([await put('calm.yaml', CALM)])
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: '1 file examined, nothing found\n' })
  })

  test('names file, line, column, rule, why, evidence and fix, and exits 1', async () => {
    const { code, out } = await doctor([await put('eager.yaml', EAGER)])
    expect(code).toBe(1)
    expect(out).toContain('eager.yaml:10:9: warning liveness-restarts-at-once\n')
    expect(out).toMatch(/why {7}A pause/)
    expect(out).toContain('evidence  failureThreshold is 1\n')
    expect(out).toContain('fix       failureThreshold: 3 (--fix writes it)\n')
  })

  test('leaves out, and does not fail on, what is below the severity asked for', async () => {
    const file = await put('eager.yaml', EAGER)
    const { code, out, err } = await doctor([file], { severity: 'error' })
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(err).toContain('1 below error (--severity info shows all)')
  })

  test('says of a file that was named why nothing is said', async () => {
    await put('calm.yaml', CALM)
    await put('any.yaml', 'replicas: 2\n')
    await put('values.yaml', 'replicas: 2\n')
    await put('main.tf', 'resource "x" "y" {}\n')
    await put('traefik.toml', '[entryPoints]\n')
    await put('kustomization.yaml', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n')
    const named = ['any.yaml', 'values.yaml', 'main.tf', 'traefik.toml', 'kustomization.yaml']
    const { code, err } = await doctor(['calm.yaml', ...named])
    expect(code).toBe(0)
    expect(err).toContain('any.yaml: holds nothing that hale doctor knows')
    expect(err).toContain('values.yaml: is for Helm: give what it renders')
    expect(err).toContain('main.tf: holds no health check')
    expect(err).toContain('traefik.toml: is what Traefik itself starts with')
    expect(err).toContain('kustomization.yaml: says what kustomize puts together')
  })

  test('reports what is broken with its position, and examines the rest', async () => {
    const { code, out } = await doctor([
      await put('both.yaml', `kind: Pod\nmetadata: {name: x\nspec: {}\n---\n${EAGER}`),
    ])
    expect(code).toBe(1)
    expect(out).toMatch(/both\.yaml:3:\d+: error unreadable/)
    expect(out).toContain('both.yaml:14:9: warning liveness-restarts-at-once')
  })

  test('a suppression with a reason silences its block alone', async () => {
    const silenced = EAGER.replace(
      '      livenessProbe:',
      '      # hale-ignore liveness-restarts-at-once: restarts are cheap here\n      livenessProbe:',
    )
    const { code, err } = await doctor([await put('silenced.yaml', silenced)])
    expect({ code, err }).toEqual({ code: 0, err: '1 file examined, nothing found, 1 suppressed\n' })
    const elsewhere = EAGER.replace(
      '  containers:',
      '  hostname: x # hale-ignore liveness-restarts-at-once: restarts are cheap here\n  containers:',
    )
    expect((await doctor([await put('elsewhere.yaml', elsewhere)])).code).toBe(1)
    const whole = `# hale-ignore-file liveness-restarts-at-once: a test\n${EAGER}`
    expect((await doctor([await put('whole.yaml', whole)])).code).toBe(0)
  })

  test('what is wrong with its options is told where the grammar has found something too', () => {
    const wrong = () => check({ args: [], options: { dryRun: true, port: '0' } }, fakeTerminal())
    expect(wrong).toThrow(/^--dry-run shows what --fix would write: give both\n--port must be/)
    expect(() => check({ args: [], options: {} }, fakeTerminal())).not.toThrow()
  })

  test('asks for what is missing or cannot be read, all at once', async () => {
    expect(await problemsOf([], { dryRun: true })).toEqual([
      'name the files or folders to examine, or - for standard input',
      '--dry-run shows what --fix would write: give both',
    ])
    expect(await problemsOf([''])).toEqual(['an empty name names no file'])
    expect(await problemsOf(['-'], { fix: true })).toEqual(['--fix has no file to write for standard input'])
    expect(await problemsOf(['a.yaml', 'b.yaml'])).toEqual([
      'a.yaml cannot be read: there is no such file',
      'b.yaml cannot be read: there is no such file',
    ])
    await put('hale.yaml', 'service: {}\nchekcs: {}\n')
    expect(await problemsOf(['a.yaml'])).toEqual([
      'hale.yaml:2:1: chekcs: unknown; did you mean checks?',
      'a.yaml cannot be read: there is no such file',
    ])
    await rm(at('hale.yaml'))
    await put('any.yaml', 'replicas: 2\n')
    expect(await problemsOf(['any.yaml'])).toEqual([
      'any.yaml: holds nothing that hale doctor knows',
      expect.stringMatching(/^nothing to examine: known are/),
    ])
  })
})

describe('what is known of the service', () => {
  const ORDERS = `apiVersion: v1
kind: Pod
metadata: {name: orders}
spec:
  containers:
    - name: orders
      image: registry.example/orders:1
      startupProbe: {httpGet: {path: /health/startup, port: 9400}, failureThreshold: 3}
      readinessProbe: {httpGet: {path: /health/ready, port: 9400}}
`

  test('is read from the definition, whose figures weigh more than what is assumed', async () => {
    const file = await put('orders.yaml', ORDERS)
    expect((await doctor([file])).code).toBe(0)
    await put(
      'service.yaml',
      'service: { name: orders }\nserve: { port: 9400 }\nchecks: {}\nbudgetMs: 1200\ndeploy: { startupMs: 90000 }\n',
    )
    const { code, out } = await doctor([file], { definition: 'service.yaml' })
    expect(code).toBe(1)
    expect(unwrapped(out)).toContain('a start takes up to 90 s (by service.yaml)')
    expect(unwrapped(out)).toContain('the budget is 1.2 s (by service.yaml)')
    expect(out).toContain('error startup-window-too-short')
  })

  test('is the hale.yaml of the folder when nothing else is said', async () => {
    const file = await put('orders.yaml', ORDERS)
    await put('hale.yaml', 'service: { name: orders }\nserve: { port: 9400 }\nchecks: {}\nbudgetMs: 1200\n')
    expect((await doctor([file])).out).toContain('(by hale.yaml)')
  })

  test('is what options say', async () => {
    const file = await put('orders.yaml', ORDERS)
    const { out } = await doctor([file], { port: '9400', startupMs: '45000' })
    expect(unwrapped(out)).toContain('a start takes up to 45 s (by the options)')
    expect(await problemsOf([file], { port: 'x' })).toEqual([
      '--port must be an integer from 1 to 65535, not "x"',
    ])
  })

  test('does not concern containers that answer at other ports', async () => {
    const file = await put('orders.yaml', ORDERS)
    expect((await doctor([file], { port: '9999', startupMs: '600000', budgetMs: '5000' })).code).toBe(0)
  })
})

describe('formats', () => {
  test('JSON has findings, and what was suppressed with its reason', async () => {
    await put('eager.yaml', EAGER)
    await put('silenced.yaml', EAGER.replace('# strict', '# hale-ignore liveness-restarts-at-once: cheap'))
    const { code, out, err } = await doctor(['eager.yaml', 'silenced.yaml'], { format: 'json' })
    const report = JSON.parse(out)
    expect({ code, err, files: report.files }).toEqual({ code: 1, err: '', files: 2 })
    expect(report.findings).toMatchObject([
      {
        rule: 'liveness-restarts-at-once',
        file: 'eager.yaml',
        line: 10,
        column: 9,
        endLine: 10,
        endColumn: 28,
        fixable: true,
      },
    ])
    expect(report.suppressed).toMatchObject([{ file: 'silenced.yaml', reason: 'cheap' }])
  })

  test('SARIF is as SARIF 2.1.0 asks, with rules, places, fixes and suppressions', async () => {
    const schema = JSON.parse(await readFile(new URL('./report/sarif.schema.json', import.meta.url), 'utf8'))
    const validate = new Ajv2020({ strict: false }).compile(schema)
    await put('a b/eager.yaml', EAGER)
    await put('silenced.yaml', EAGER.replace('# strict', '# hale-ignore liveness-restarts-at-once: cheap'))
    const { code, out } = await doctor(['a b', 'silenced.yaml'], { format: 'sarif' })
    const log = JSON.parse(out)
    expect(validate(log), JSON.stringify(validate.errors)).toBe(true)
    expect(code).toBe(1)
    const [{ tool, results }] = log.runs
    expect(tool.driver.rules).toHaveLength(rules.length)
    expect(results).toHaveLength(2)
    expect(tool.driver.rules[results[0].ruleIndex].id).toBe(results[0].ruleId)
    expect(results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'a%20b/eager.yaml' },
      region: { startLine: 10, startColumn: 9, endLine: 10, endColumn: 28 },
    })
    expect(results[0].fixes[0].artifactChanges[0].replacements).toEqual([
      {
        deletedRegion: { startLine: 10, startColumn: 27, endLine: 10, endColumn: 28 },
        insertedContent: { text: '3' },
      },
    ])
    expect(results[1].suppressions).toEqual([{ kind: 'inSource', justification: 'cheap' }])
    // A schema that takes anything would show nothing.
    expect(validate({ ...log, version: '2.0.0' })).toBe(false)
    expect(validate({ ...log, runs: [{ ...log.runs[0], results: [{ level: 'info', message: {} }] }] })).toBe(
      false,
    )
  })
})

describe('--fix', () => {
  test('writes the file, and reports what is left', async () => {
    const file = await put('eager.yaml', EAGER)
    const { code, err } = await doctor([file], { fix: true })
    expect(await text(file)).toBe(CALM)
    expect(code).toBe(0)
    expect(err).toContain('mended eager.yaml')
    expect((await doctor([file], { fix: true })).err).toContain('nothing that --fix can mend')
  })

  test('with --dry-run shows a diff, and writes nothing', async () => {
    const file = await put('eager.yaml', EAGER)
    const { code, out } = await doctor([file], { fix: true, dryRun: true })
    expect(code).toBe(0)
    expect(out).toBe(`--- a/eager.yaml
+++ b/eager.yaml
@@ -7,4 +7,4 @@
       image: registry.example/app:1
       livenessProbe:
         tcpSocket: {port: 80}
-        failureThreshold: 1 # strict
+        failureThreshold: 3 # strict
`)
    expect(await text(file)).toBe(EAGER)
  })

  test('leaves alone what is suppressed, and what an anchor shares', async () => {
    const suppressed = EAGER.replace('# strict', '# hale-ignore liveness-restarts-at-once: cheap')
    const shared = EAGER.replace(
      '      livenessProbe:\n        tcpSocket: {port: 80}\n        failureThreshold: 1 # strict\n',
      '      startupProbe: &probe\n        tcpSocket: {port: 80}\n        failureThreshold: 1\n      livenessProbe: *probe\n',
    )
    await put('suppressed.yaml', suppressed)
    await put('shared.yaml', shared)
    const { code } = await doctor(['suppressed.yaml', 'shared.yaml'], { fix: true })
    expect(code).toBe(1)
    expect(await text('suppressed.yaml')).toBe(suppressed)
    expect(await text('shared.yaml')).toBe(shared)
  })
})
