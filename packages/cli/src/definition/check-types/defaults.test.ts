import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { optionFields } from '../check-type.ts'
import { checkTypes } from './index.ts'

const library = new URL('../../../../hale/src/', import.meta.url)

/** What the library's comments say applies without an option, of every interface in a file. */
function defaultsIn(file: string): ReadonlyMap<string, string> {
  const text = readFileSync(new URL(file, library), 'utf8')
  const commented = text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*readonly (\w+)\??:/g)
  return new Map(
    [...commented].flatMap(([, comment = '', name = '']) => {
      const told = /@default (.+?)\s*(?:\n|$)/.exec(comment)?.[1]
      return told === undefined ? [] : [[name, told] as const]
    }),
  )
}

const shared = ['pools/saturation.ts', 'composite.ts'].map((file) => defaultsIn(`check-parts/${file}`))

/** Told in other words in the file, or not a value there. */
const inOtherWords = new Set(['grpc service', 'ldap base', 'quorum needed', 'udp expect'])
// A connection is asked for JetStream only where the file gives thresholds.
const otherwise = new Set(['nats usage'])

const plain = (text: string): string => text.replace(/['`]/g, '').replace(/(?<=\d) (?=\d)/g, '')

describe('what applies without an option is told as the library says', () => {
  const files = readdirSync(new URL('checks/', library))
  const types = [...checkTypes.values()].filter(({ name }) => files.includes(`${name}.ts`))

  test('of nearly every type', () => {
    const others = [...checkTypes.keys()].filter((name) => !types.some((type) => type.name === name))
    expect(others).toEqual(['opensearch'])
  })

  test.each(types.map((type) => [type.name, type] as const))('%s', (name, type) => {
    const own = defaultsIn(`checks/${name}.ts`)
    for (const [option, { fallback }] of Object.entries(optionFields(type))) {
      if (inOtherWords.has(`${name} ${option}`) || otherwise.has(`${name} ${option}`)) continue
      const told = own.get(option) ?? shared.map((of) => of.get(option)).find((one) => one !== undefined)
      // After a comma there is when it applies.
      const [value] = told === undefined ? [undefined] : plain(told).split(/, unless /)
      expect(`${option}: ${fallback === undefined ? undefined : plain(fallback)}`).toBe(`${option}: ${value}`)
    }
  })
})
