import { describe, expect, test } from 'vitest'
import { commandOf, hidesFailure, isOwnHost } from './command.ts'

const AT = { place: [0, 0], raw: '', shell: true } as const

describe('what a command asks', () => {
  test.each([
    [
      ['curl', '-f', 'http://localhost:3000/health/live'],
      { host: 'localhost', port: 3000, path: '/health/live' },
    ],
    [
      ['sh', '-c', 'wget -qO- http://127.0.0.1/x?deep=true || exit 1'],
      { host: '127.0.0.1', path: '/x?deep=true' },
    ],
    [['/bin/bash', '-ec', 'curl http://db'], { host: 'db', path: '/' }],
    [['curl http://$(hostname):80/a'], { host: '$(hostname)', port: 80, path: '/a' }],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the shell's
    [['curl http://${POD_IP}:80/a'], { host: '${POD_IP}', port: 80, path: '/a' }],
    [['curl', 'http://[::1]:80/a'], { host: '[::1]', port: 80, path: '/a' }],
    [['pg_isready', '-U', 'app'], { host: '' }],
    [['pg_isready', '-h', 'db', '-p', '5432'], { host: 'db' }],
    [['mysqladmin ping -hdb -uroot'], { host: 'db' }],
    [['mysqladmin', 'ping', '--host=db'], { host: 'db' }],
    [['pg_isready -h /var/run/postgresql'], { host: '' }],
    [['nc', '-z', '-w', '2', 'broker', '5672'], { host: 'broker', port: 5672 }],
    [['nc -z localhost 5672'], { host: 'localhost', port: 5672 }],
    [['node', 'healthcheck.js'], undefined],
  ])('%j', (words, target) => {
    expect(commandOf(words, AT).target).toEqual(target)
  })

  test.each([
    '',
    'localhost',
    '127.0.0.1',
    '127.1.2.3',
    '0.0.0.0',
    '[::1]',
    '::1',
    '$HOSTNAME',
    '$(hostname -i)',
  ])('%j is the own machine', (host) => expect(isOwnHost(host)).toBe(true))

  test.each(['db', '10.0.0.1', 'localhost.example.com', '127.example.com', '[2001:db8::1]', 'example.com'])(
    '%j is another',
    (host) => expect(isOwnHost(host)).toBe(false),
  )
})

describe('whether a command hides a failure', () => {
  test.each([
    ['curl http://localhost/', 'curl'],
    ['curl -s http://localhost/ || exit 1', 'curl'],
    ['curl -fsS http://localhost/', undefined],
    ['curl -sf http://localhost/ > /dev/null', undefined],
    ['curl --fail http://localhost/', undefined],
    ['curl --fail-with-body -s http://localhost/', undefined],
    ['curl -s -o /dev/null -w "%{http_code}" http://localhost/ | grep 200', undefined],
    ['curl -s http://localhost/ | jq -e .ok', undefined],
    ['wget -q --spider http://localhost/', undefined],
    ['wget -q --spider http://localhost/ || true', 'exit'],
    ['curl -f http://localhost/ || exit 0', 'exit'],
    ['test -f /tmp/ready; exit 0', 'exit'],
    ['test -f /tmp/ready || exit 1', undefined],
    ['pg_isready || false', undefined],
    ['echo curl', undefined],
    ['if [ -f /tmp/down ]; then exit 1; fi; exit 0', undefined],
    ['check || exit $?; exit 0', undefined],
    ['set -eu; check; exit 0', undefined],
    ['set -eu; check || true', 'exit'],
    ['check\nexit 0\n', 'exit'],
  ])('%j', (text, hidden) => {
    expect(hidesFailure(commandOf([text], AT))).toBe(hidden)
  })
})

test('a shell that ends at the first failure hides none behind it', () => {
  expect(hidesFailure(commandOf(['bash', '-ec', 'check; exit 0'], AT))).toBeUndefined()
  expect(hidesFailure(commandOf(['bash', '-c', 'check; exit 0'], AT))).toBe('exit')
})
