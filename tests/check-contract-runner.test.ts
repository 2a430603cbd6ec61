import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const contract = fileURLToPath(new URL('./fixtures/hanging-contract.mjs', import.meta.url))
const failure = /not ok.*frozen: is DOWN within its timeout[\s\S]*not UP within \d+ ms/

test.each([
  ['node:test', ['--test', '--test-reporter=tap', contract], /# cancelled 0/],
  ['a plain script', [contract, 'plain'], /^done$/m],
])('a check that hangs for good fails its case under %s, and cancels none', (_runner, args, end) => {
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
  expect(stdout).toMatch(failure)
  expect(stdout).toMatch(end)
})
