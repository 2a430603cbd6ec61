import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { authority } from './authority.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'hale-authority-'))
})
afterEach(() => {
  rmSync(cwd, { recursive: true })
})

test.each([
  ['-----BEGIN CERTIFICATE-----\n', true],
  ['# Acme\n-----BEGIN TRUSTED CERTIFICATE-----\n', true],
  ['-----BEGIN PRIVATE KEY-----\n', false],
  ['-----BEGIN CERTIFICATE REQUEST-----\n', false],
  ['', false],
])('%j holds certificates: %s', (text, holds) => {
  writeFileSync(join(cwd, 'ca.pem'), text)
  expect(authority('ca.pem', cwd)).toBe(holds ? text : undefined)
})

test('a file that cannot be read holds none', () => {
  expect(authority('none.pem', cwd)).toBeUndefined()
  expect(authority('.', cwd)).toBeUndefined()
})
