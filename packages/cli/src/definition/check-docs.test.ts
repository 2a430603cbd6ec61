import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { checkDocs } from './check-docs.ts'
import { parseDefinition } from './load-definition.ts'

const file = new URL('../../../../docs/hale-yaml.md', import.meta.url)
const begin =
  '<!-- the types, made of the table of checks: HALE_WRITE=1 npx vitest run check-docs writes them -->\n'

it('docs/hale-yaml.md tells of every type and option', () => {
  const page = readFileSync(file, 'utf8')
  const [before, after] = page.split(begin)
  expect(after).toBeDefined()
  const docs = `\n${checkDocs()}\n`
  if (process.env.HALE_WRITE === '1') writeFileSync(file, `${before}${begin}${docs}`)
  else expect(after).toBe(docs)
})

it('every example of docs/hale-yaml.md is a part of a right file', () => {
  const examples = [...readFileSync(file, 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, text = '']) => text,
  )
  expect(examples.length).toBeGreaterThan(5)
  const names = examples.join().matchAll(/\$\{([A-Z_]+)\}/g)
  const env = Object.fromEntries([...names].map(([, name = '']) => [name, '9400']))
  for (const example of examples) {
    const text = /^checks:/m.test(example) ? example : `checks: {}\n${example}`
    // The secrets' files of the examples are nowhere.
    const { problems } = parseDefinition(text, '/', { env, unresolved: 'leave' })
    expect({ example, problems }).toEqual({ example, problems: [] })
  }
})
