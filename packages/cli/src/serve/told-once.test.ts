import { expect, it } from 'vitest'
import { ToldOnce } from './told-once.ts'

function told() {
  const lines: string[] = []
  const write = (level: string) => (message: string, details?: object) =>
    void lines.push(`${level} ${message} ${JSON.stringify(details)}`)
  const once = new ToldOnce({ info: write('info'), warn: write('warn'), error: write('error') })
  const turn = (kind: 'check' | 'probe', name: string, from: string, to: string) =>
    once.logger[to === 'DOWN' ? 'error' : 'info'](
      `${kind === 'check' ? 'check ' : ''}${name} ${from} → ${to}`,
      {
        [kind]: name,
        from,
        to,
      },
    )
  return { once, lines, turn }
}

it('tells what has changed since it was said last, whoever begins anew', () => {
  const { lines, turn, once } = told()
  turn('check', 'db', 'UNKNOWN', 'UP')
  turn('probe', 'db', 'UNKNOWN', 'DOWN')
  // Another registry: the same again, and then another result.
  turn('check', 'db', 'UNKNOWN', 'UP')
  turn('probe', 'db', 'UNKNOWN', 'UP')
  turn('check', 'db', 'UP', 'UNKNOWN')
  turn('check', 'db', 'UNKNOWN', 'UP')
  once.logger.warn('something else', { check: 'db' })
  expect(lines).toEqual([
    'info check db UNKNOWN → UP {"check":"db","from":"UNKNOWN","to":"UP"}',
    'error db UNKNOWN → DOWN {"probe":"db","from":"UNKNOWN","to":"DOWN"}',
    'info db DOWN → UP {"probe":"db","from":"DOWN","to":"UP"}',
    'info check db UP → UNKNOWN {"check":"db","from":"UP","to":"UNKNOWN"}',
    'info check db UNKNOWN → UP {"check":"db","from":"UNKNOWN","to":"UP"}',
    'warn something else {"check":"db"}',
  ])
})

it('takes a check that was gone for a new one', () => {
  const { lines, turn, once } = told()
  turn('check', 'db', 'UNKNOWN', 'UP')
  once.forget('db')
  turn('check', 'db', 'UNKNOWN', 'UP')
  expect(lines).toHaveLength(2)
})
