import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PROBE_PROGRAM } from './probe-program.ts'

test('the program that is advised is that of hale, as CommonJS', () => {
  const manifest = readFileSync(new URL('../../../hale/package.json', import.meta.url), 'utf8')
  const { bin } = JSON.parse(manifest) as { bin: Readonly<Record<string, string>> }
  expect(PROBE_PROGRAM).toBe(`node_modules/hale/${bin['hale-probe']?.replace(/^\.\/(.*)\.js$/, '$1.cjs')}`)
})
