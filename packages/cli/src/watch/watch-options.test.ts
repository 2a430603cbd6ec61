import { expect, test } from 'vitest'
import { watchTargets } from './watch-options.ts'

const options = { interval: 2000, timeout: 5000 }

test.each([
  ['unix:/run/orders.sock', 'hale probe takes others'],
  ['tcp://user:secret@orders:80', 'hale probe takes others'],
  ['http://user:secret@[zz', 'is no address'],
])('%s is not watched, and why is said without what it holds', (text, problem) => {
  const asked = () => watchTargets([text], options, { cwd: '/' })
  expect(asked).toThrow(problem)
  expect(asked).not.toThrow('secret')
})
