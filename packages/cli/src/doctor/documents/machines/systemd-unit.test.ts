import { expect, test } from 'vitest'
import { systemdDocument } from './systemd.ts'
import { entriesOf, entryOf, setEntry, systemdDuration } from './systemd-unit.ts'

const TEXT = `[Unit]
# Not = read
Description=orders \\
  and more
[Service]
ExecStart=/bin/false
ExecStart=
ExecStart=/usr/bin/node "/opt/a b.js"
Restart = on-failure
`

test('keys have their last value, lists begin anew with an empty one, lines go on behind a backslash', () => {
  const { unit } = systemdDocument({ path: 'units/orders.service', text: TEXT })
  expect(unit.name).toBe('orders')
  expect(entryOf(unit, 'Unit', 'Description')?.value).toBe('orders     and more')
  expect(entriesOf(unit, 'Service', 'ExecStart').map(({ value }) => value)).toEqual([
    '/usr/bin/node "/opt/a b.js"',
  ])
  const restart = entryOf(unit, 'Service', 'Restart')
  expect(TEXT.slice(...(restart?.place ?? [0, 0]))).toBe('on-failure')
  expect(entryOf(unit, 'Service', 'Not')).toBeUndefined()
})

test('what is stated is written where it stands, and the rest at the head of its section', () => {
  const { unit } = systemdDocument({ path: 'orders.service', text: TEXT })
  const written = (section: string, key: string): string | undefined => {
    const [edit] = setEntry(unit, section, key, 'always', '\n') ?? []
    return edit && TEXT.slice(0, edit.at[0]) + edit.text + TEXT.slice(edit.at[1])
  }
  expect(written('Service', 'Restart')).toBe(TEXT.replace('on-failure', 'always'))
  expect(written('Service', 'KillMode')).toBe(TEXT.replace('[Service]', '[Service]\nKillMode=always'))
  expect(written('Timer', 'KillMode')).toBeUndefined()
})

test.each([
  ['90', 90_000],
  ['1min 30s', 90_000],
  ['2h', 7_200_000],
  ['500ms', 500],
  ['1.5s', 1500],
  ['5minutes', 300_000],
  ['0', 0],
  ['infinity', Number.POSITIVE_INFINITY],
  ['soon', undefined],
  ['', undefined],
])('%s is %s', (text, ms) => {
  expect(systemdDuration(text)).toBe(ms)
})
