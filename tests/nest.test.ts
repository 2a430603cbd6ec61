import { adapterContract } from 'hale/testing'
import { describe, test } from 'vitest'
import { nestSubject, platforms } from './fixtures/nest-application.mjs'
import { checks } from './fixtures/nest-checks.mjs'
import { life } from './fixtures/nest-life.mjs'

describe.each(Object.keys(platforms))('hale/nest in Nest 12 on %s', (platform) => {
  describe('keeps the contract of adapters', () => {
    for (const { name, run } of adapterContract(nestSubject(platform))) test(name, run)
  })
  for (const { name, run } of [...checks, ...life]) test(name, () => run(platform))
})
