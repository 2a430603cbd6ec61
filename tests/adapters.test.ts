import { afterEach, describe, expect, test } from 'vitest'
import { applications } from './fixtures/adapter-applications.ts'
import { answersAlike, table } from './fixtures/adapter-table.ts'
import { options, patient } from './fixtures/patient.mjs'

// One table of requests, put to every adapter; the answers are those of the plain handler, to the letter. The same is
// asked of Bun and Deno in runtimes.test.ts.

const opened: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

describe.each(Object.entries(applications))('the adapter for %s', (_name, start) => {
  test('answers the whole table as the plain handler does', async () => {
    const { url, close } = await start(patient(), options)
    opened.push(close)
    await answersAlike(url)
  })
})

test('the table asks enough', () => {
  expect(table.length).toBeGreaterThan(100)
  expect(Object.keys(applications).length).toBeGreaterThanOrEqual(11)
})
