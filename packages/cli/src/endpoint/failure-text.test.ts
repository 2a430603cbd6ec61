import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { failureText } from './failure-text.ts'

const vocabulary = new URL('../../../hale/src/errors/vocabulary.ts', import.meta.url)

test('what fails is called as the library calls it, so that probe and watch say the same', () => {
  const codes = readFileSync(vocabulary, 'utf8').matchAll(/^ {2}'?([A-Z][A-Z_]+)'?: '(.+)',$/gm)
  const said = [...codes]
    .map(([, code = '', text = '']) => ({ code, text, here: failureText({ code }) }))
    .filter(({ here }) => here !== 'the request failed')
  expect(said.length).toBeGreaterThan(12)
  for (const { code, text, here } of said) {
    // What somebody at a terminal can do about it is added.
    expect(`${code}: ${here.replace(/ \(--cacert .*\)$/, '')}`).toBe(`${code}: ${text}`)
  }
})

test('of several addresses that were tried, what is known of any is said', () => {
  const errors = [{ code: 'EUNHEARD' }, { code: 'ECONNREFUSED' }]
  expect(failureText({ errors })).toBe('connection refused')
  expect(failureText(new Error('http://user:secret@10.0.0.7'))).toBe('the request failed')
})
