import { expect, test } from 'vitest'
import { provide } from './provide.ts'

test('a program on the machine is preferred to a server of the environment', () => {
  process.env.TEST_SHELL_URL = 'shell://elsewhere'
  const wanted = { name: 'shell', program: 'sh', debianPackage: 'dash', urlVariable: 'TEST_SHELL_URL' }
  expect(provide(wanted)).toMatchObject({ how: 'program', path: expect.stringMatching(/\/sh$/) })
})

test('a server of the environment stands in for a program that is not here', () => {
  process.env.TEST_ABSENT_URL = 'absent://elsewhere'
  const wanted = {
    name: 'absent',
    program: 'hale-absent',
    debianPackage: 'absent',
    urlVariable: 'TEST_ABSENT_URL',
  }
  expect(provide(wanted)).toEqual({ how: 'url', url: 'absent://elsewhere' })
})

test('what is nowhere is missing, with the mend as the reason', () => {
  const ci = process.env.CI
  process.env.CI = 'false'
  try {
    const wanted = {
      name: 'nowhere',
      program: 'hale-nowhere',
      debianPackage: 'nowhere-server',
      urlVariable: 'TEST_NOWHERE_URL',
    }
    expect(provide(wanted)).toEqual({
      how: 'missing',
      reason: 'nowhere is not here: apt install nowhere-server, or set TEST_NOWHERE_URL',
    })
  } finally {
    if (ci === undefined) delete process.env.CI
    else process.env.CI = ci
  }
})
