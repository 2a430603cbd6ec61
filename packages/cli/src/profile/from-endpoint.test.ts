import { expect, test } from 'vitest'
import { shownEndpoint } from './from-endpoint.ts'

test.each([
  ['localhost:9400', 'http://localhost:9400/health/ready'],
  ['user:secret@localhost:9400/health', 'http://localhost:9400/health'],
  ['https://user:secret@orders.internal/health?token=secret', 'https://orders.internal/health'],
  ['http://user:secret@[zz', 'the endpoint'],
])('%s is told of without what may be secret', (text, shown) => {
  expect(shownEndpoint(text)).toBe(shown)
})
