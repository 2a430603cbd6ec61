import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { fakeTerminal } from '../../command/fake-terminal.ts'
import { run } from '../run.ts'
import { rules } from './index.ts'

const docs = fileURLToPath(new URL('../../../../../docs/cli/', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'hale-pages-'))
afterAll(() => rmSync(folder, { recursive: true }))

const NAMES: Readonly<Record<string, string>> = {
  yaml: 'page.yaml',
  json: 'page.json',
  dockerfile: 'Dockerfile',
  haproxy: 'page.cfg',
  nginx: 'page.conf',
  ini: 'page.service',
  hcl: 'page.hcl',
}

describe('rules', () => {
  test('each has a file of its name, a page, and a row in the list', () => {
    const ids = rules.map(({ id }) => id)
    const files = readdirSync(fileURLToPath(new URL('.', import.meta.url)))
    expect(
      files.filter((name) => /^(?!index|.*[.]test).*[.]ts$/.test(name)).map((name) => name.slice(0, -3)),
    ).toEqual(ids)
    expect(
      readdirSync(join(docs, 'rules'))
        .map((name) => name.slice(0, -3))
        .toSorted(),
    ).toEqual(ids)
    const rows = readFileSync(join(docs, 'doctor.md'), 'utf8').matchAll(
      /^\| \[([a-z-]+)\]\(rules\/\1\.md\) \| (\w+) \| (.*?) \|/gm,
    )
    expect([...rows].map(([, id, severity, title]) => ({ id, severity, title }))).toEqual(
      rules.map(({ id, severity, title }) => ({ id, severity, title })),
    )
  })

  test.each(rules)(
    'the page of $id says what the rule says, and shows what is found and what is not',
    async (rule) => {
      const page = readFileSync(join(docs, 'rules', `${rule.id}.md`), 'utf8')
      expect(page).toContain(`# ${rule.id}\n\n**${rule.severity}** · ${rule.title}\n\n${rule.why}\n`)
      const [, found = '', mended = ''] = page.split(/^## (?:Found|Not found)$/m)
      const flags = /`hale doctor (--[^`]*)`/.exec(found)?.[1] ?? ''
      expect(await rulesFoundIn(found, flags)).toContain(rule.id)
      expect(await rulesFoundIn(mended, flags)).not.toContain(rule.id)
    },
  )
})

async function rulesFoundIn(section: string, flags: string): Promise<readonly string[]> {
  const blocks = [...section.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
  const [, language = '', text = ''] = blocks.find(([, , block]) => !isDefinition(block)) ?? []
  const definition = blocks.find(([, , block]) => isDefinition(block))?.[2]
  const file = join(folder, 'hale.yaml')
  // Taken unasked when it is there.
  if (definition === undefined) rmSync(file, { force: true })
  else writeFileSync(file, definition)
  const name = NAMES[language] ?? `no name for ${language}`
  writeFileSync(join(folder, name), text)
  const terminal = fakeTerminal({ cwd: folder })
  const options = Object.fromEntries(
    [...flags.matchAll(/--([a-z-]+) (\S+)/g)].map(([, flag = '', value]) => [
      flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  )
  await run({ args: [name], options: { format: 'json', severity: 'info', ...options } }, terminal)
  const { findings } = JSON.parse(terminal.said.out) as { findings: { rule: string }[] }
  return findings.map(({ rule }) => rule)
}

function isDefinition(block: string | undefined): boolean {
  return block?.startsWith('# hale.yaml\n') === true
}
