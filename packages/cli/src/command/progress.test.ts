import { expect, it } from 'vitest'
import { progressLine } from './progress.ts'

function shown(isTerminal: boolean) {
  const written: string[] = []
  let ms = 0
  const line = progressLine({ columns: 20, write: (text) => written.push(text) }, isTerminal, () => ms)
  return {
    ...line,
    written,
    after: (more: number) => {
      ms += more
    },
  }
}

it('writes over itself, within the line, once the work takes a while', () => {
  const { show, after, written } = shown(true)
  show('Reading 1 of 3')
  expect(written).toEqual([])
  after(300)
  show('Reading 2 of 3')
  show('Reading 3 of 3: a/long/name.yaml')
  expect(written).toEqual(['\r\u001b[2KReading 2 of 3', '\r\u001b[2KReading 3 of 3: a/…'])
})

it('is gone before anything else is written, and quiet again for the next work', () => {
  const { show, clear, after, written } = shown(true)
  show('Waiting')
  after(300)
  show('Waiting')
  clear()
  clear()
  expect(written).toEqual(['\r\u001b[2KWaiting', '\r\u001b[2K'])
  show('')
  show('Other work')
  expect(written).toHaveLength(2)
})

it('writes nothing where there is no terminal', () => {
  const { show, after, written } = shown(false)
  show('Waiting')
  after(1000)
  show('Waiting')
  show('')
  expect(written).toEqual([])
})
