import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { GeneratedFile } from '../target.ts'
import { printed } from './print-files.ts'
import { planWrite } from './write-files.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hale-write-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const yaml: GeneratedFile = { path: 'deep/a.yaml', text: 'replicas: 2\n', language: 'yaml' }
const json: GeneratedFile = { path: 'b.json', text: '{ "a": 1 }\n', language: 'json' }
const at = (path: string) => join(folder, path)
const read = (path: string) => readFileSync(at(path), 'utf8')
const age = (path: string) => utimesSync(at(path), 1, 1)

async function write(files: readonly GeneratedFile[]): Promise<readonly string[]> {
  const plan = await planWrite(folder, files, 'kubernetes')
  await plan.write()
  return plan.files.map(({ becomes }) => becomes)
}

test('makes files and folders, and touches none that are the same the second time', async () => {
  expect(await write([yaml, json])).toEqual(['created', 'created'])
  expect(read('deep/a.yaml')).toMatch(
    /^# Made by `hale generate kubernetes`.*sha256:[0-9a-f]{64}\nreplicas: 2\n$/,
  )
  expect(read('b.json')).toBe('{ "a": 1 }\n')
  for (const path of ['deep/a.yaml', 'b.json', '.hale-generated']) age(path)
  expect(await write([yaml, json])).toEqual(['unchanged', 'unchanged'])
  for (const path of ['deep/a.yaml', 'b.json', '.hale-generated'])
    expect(statSync(at(path)).mtimeMs).toBe(1000)
})

test('planning writes nothing', async () => {
  await planWrite(folder, [yaml, json], 'kubernetes')
  expect(() => statSync(at('deep'))).toThrow()
})

test('brings up to date what nobody has changed, with or without comments in its language', async () => {
  await write([yaml, json])
  const newer = [
    { ...yaml, text: 'replicas: 3\n' },
    { ...json, text: '{ "a": 2 }\n' },
  ]
  expect(await write(newer)).toEqual(['updated', 'updated'])
  expect(read('deep/a.yaml')).toContain('replicas: 3')
  expect(await write(newer)).toEqual(['unchanged', 'unchanged'])
})

test('knows what was changed by hand since, and what was never made here', async () => {
  await write([yaml, json])
  writeFileSync(at('deep/a.yaml'), read('deep/a.yaml').replace('replicas: 2', 'replicas: 7'))
  writeFileSync(at('b.json'), '{ "a": 7 }\n')
  writeFileSync(at('c.yaml'), 'mine: true\n')
  const files = [yaml, json, { ...yaml, path: 'c.yaml' }]
  const plan = await planWrite(folder, files, 'kubernetes')
  expect(plan.files.map(({ becomes }) => becomes)).toEqual(['foreign', 'foreign', 'foreign'])
  await plan.write()
  expect(await write(files)).toEqual(['unchanged', 'unchanged', 'unchanged'])
})

test('takes files that git has given other line ends for what they were', async () => {
  await write([yaml, json])
  for (const path of ['deep/a.yaml', 'b.json']) writeFileSync(at(path), read(path).replace(/\n/g, '\r\n'))
  expect(await write([yaml, json])).toEqual(['unchanged', 'unchanged'])
  expect(await write([{ ...yaml, text: 'replicas: 3\n' }, json])).toEqual(['updated', 'unchanged'])
})

test('records by path, so that other files of the folder keep theirs', async () => {
  await write([json])
  await write([{ ...json, path: 'other.json' }])
  expect(read('.hale-generated').match(/^[0-9a-f]{64} {2}(b|other)\.json$/gm)).toHaveLength(2)
})

test('prints several as one: YAML as documents, JSON as values, the rest with their names', () => {
  expect(printed([yaml])).toBe('replicas: 2\n')
  expect(printed([yaml, yaml])).toBe('---\n# deep/a.yaml\nreplicas: 2\n\n---\n# deep/a.yaml\nreplicas: 2\n')
  expect(printed([json, json])).toBe('{ "a": 1 }\n\n{ "a": 1 }\n')
  const bicep: GeneratedFile = { path: 'x.bicep', text: 'var a = 1\n', language: 'bicep' }
  expect(printed([bicep, json])).toBe('// x.bicep\nvar a = 1\n\n{ "a": 1 }\n')
})
