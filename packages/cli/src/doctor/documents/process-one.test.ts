import { describe, expect, test } from 'vitest'
import { inFrontOf, type Sh, shOf } from './process-one.ts'
import { splitAsShellsDo } from './start.ts'

const by = (words: readonly string[], sh?: Sh): string | undefined => inFrontOf(words, sh)?.by
const script = (text: string, sh: Sh = 'waits', shell = 'sh'): string | undefined =>
  by([shell, '-c', text], sh)

describe('what stands in front of the service', () => {
  test.each([
    'node main.js',
    'A=b node main.js',
    'node migrate.js && node main.js',
    'set -e; cd /app; node main.js > /dev/null 2>&1',
    'node main.js -- "a && exec b"',
    '. /secrets\nnode main.js',
    'npm start',
    'node main.js --from=$(hostname | cut -d. -f1)',
  ])('a shell that waits: %s', (text) => {
    expect(script(text)).toBe('shell')
    expect(script(text, 'is replaced', 'dash')).toBe('shell')
    expect(inFrontOf(['sh', '-c', text], undefined)).toMatchObject({ by: 'shell', known: false })
  })

  test.each([
    'exec node main.js',
    'node migrate.js && exec env A=b node main.js',
    'exec "$@"',
    '$START',
    'sleep infinity',
    'node main.js &',
    "trap 'kill $child' TERM; node main.js & child=$!; wait",
    'while true; do node report.js; done',
    'npm run migrate',
    'npm ci && npm run build',
    '',
  ])('nothing, or what cannot be followed: %s', (text) => {
    expect(script(text)).toBeUndefined()
  })

  test('of shells that are replaced, what replaces them', () => {
    expect(script('node main.js', 'is replaced')).toBeUndefined()
    expect(script('true; node main.js', 'waits', '/bin/bash')).toBeUndefined()
    expect(script('npm start', 'waits', 'bash')).toBe('npm')
    expect(script('exec npm start')).toBe('npm')
    for (const shell of ['sh', 'bash', 'ash'])
      expect(script('node x | tee log', 'is replaced', shell)).toBe('shell')
  })

  test('npm, npx and Yarn 1, behind an init as well', () => {
    expect(by(['npm', '--silent', 'run', 'start:prod'], 'waits')).toBe('npm')
    expect(by(['/sbin/tini', '-e', '143', '--', 'npm', 'start'], 'waits')).toBe('npm')
    expect(by(['tini', '-s', 'docker-entrypoint.sh', 'npx', 'tsx', 'main.ts'], 'waits')).toBe('npx')
    expect(by(['env', 'A=b', 'npm', 'start'], 'is replaced')).toBeUndefined()
    expect(inFrontOf(['yarn', 'start'], 'waits')).toMatchObject({ by: 'yarn', known: false })
    for (const words of [['npm', 'run', 'dev'], ['npm', 'ci'], ['yarn'], ['pnpm', 'start'], ['npx'], []]) {
      expect(by(words, 'waits')).toBeUndefined()
    }
  })
})

test('which shell sh is, by the image', () => {
  for (const image of ['node:24', 'docker.io/library/node:24-slim', 'python', 'debian@sha256:0a'])
    expect(shOf(image)).toBe('waits')
  for (const image of [
    'node:24-alpine',
    'alpine',
    'registry.example/ubi9/nodejs:1-alpine',
    'amazonlinux:2023',
  ])
    expect(shOf(image)).toBe('is replaced')
  for (const image of ['registry.example/node:24', 'orders', undefined]) expect(shOf(image)).toBeUndefined()
})

test('a text of compose is split as shells do it', () => {
  expect(splitAsShellsDo(`sh -c "a \\"b\\" 'c'" 'd e'f g\\ h ''`)).toEqual([
    'sh',
    '-c',
    `a "b" 'c'`,
    'd ef',
    'g h',
    '',
  ])
})
