import { expect, test } from 'vitest'
import { checkOptionOf } from './haproxy-section.ts'
import { isOn, serversOf, settingOf } from './haproxy-servers.ts'
import { sectionsIn } from './haproxy-text.ts'

function serversIn(text: string): Record<string, string> {
  const sections = sectionsIn(text).filter(({ type }) => type === 'backend')
  return Object.fromEntries(
    sections.flatMap((section) =>
      serversOf(section).map((server) => [
        server.name,
        `${isOn(server, 'check')} ${settingOf(server, 'inter')?.text} ${checkOptionOf(section)?.words[1]?.text}`,
      ]),
    ),
  )
}

test('lines of default-server add up, those of the defaults first, and the server has the last word', () => {
  const text = `
defaults
  option httpchk
  default-server inter 5s
  default-server check
backend orders
  default-server slowstart 10s
  default-server inter 3s
  server a x:1
  server b x:2 inter 1s no-check
  server-template c 3 x:3 no-check check
`
  expect(serversIn(text)).toEqual({ a: 'true 3s httpchk', b: 'false 1s httpchk', c: 'true 3s httpchk' })
})

test('a default-server line says nothing of the servers above it', () => {
  expect(serversIn('backend x\n  server a x:1\n  default-server check\n  server b x:2\n')).toEqual({
    a: 'undefined undefined undefined',
    b: 'true undefined undefined',
  })
})

test('defaults are those that are named, else the last before; they take over others only by name', () => {
  const text = `
defaults one
  option httpchk
  default-server inter 1s
defaults two from one
  default-server check
defaults three
  default-server inter 9s
backend named from two
  server a x:1
backend last
  server b x:1
backend other from nowhere
  server c x:1
`
  expect(serversIn(text)).toEqual({
    a: 'true 1s httpchk',
    b: 'undefined 9s undefined',
    c: 'undefined undefined undefined',
  })
})

test('the last option of how to check takes the place of those before, and `no` takes it back', () => {
  const section = (lines: string): string | undefined =>
    checkOptionOf(
      sectionsIn(`defaults\n  option httpchk GET /a\nbackend x\n${lines}`).at(-1) as ReturnType<
        typeof sectionsIn
      >[number],
    )
      ?.words.slice(1)
      .map(({ text }) => text)
      .join(' ')
  expect(section('')).toBe('httpchk GET /a')
  expect(section('  option tcp-check\n')).toBe('tcp-check')
  expect(section('  option tcp-check\n  option httpchk GET /b\n')).toBe('httpchk GET /b')
  expect(section('  no option httpchk\n')).toBeUndefined()
})
