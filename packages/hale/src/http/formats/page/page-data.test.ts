import { expect, test } from 'vitest'
import { dataText } from './page-data.ts'

test.each([
  [{ freeBytes: 72546279424, totalBytes: 108944293888 }, 'freeBytes 67.6 GiB · totalBytes 101.5 GiB'],
  [{ bytes: 0, max_bytes: 1023 }, 'bytes 0 bytes · max_bytes 1023 bytes'],
  [{ aBytes: 1024, bBytes: 1048575, cBytes: 1048576 }, 'aBytes 1 KiB · bBytes 1 MiB · cBytes 1 MiB'],
  [{ aBytes: -2048, bBytes: 2 ** 70 }, 'aBytes -2 KiB · bBytes 1024 EiB'],
  [{ freeShare: 0.6659, share: 1, of_share: 0 }, 'freeShare 66.6 % · share 100 % · of_share 0 %'],
])('%j has its numbers as people read them', (data, text) => {
  expect(dataText(data)).toBe(text)
})

test.each([
  [{ freeShare: 35, lossShare: -0.1 }, 'freeShare 35 · lossShare -0.1'],
  [{ sizeBytes: '12', rowShare: null, Bytesize: 2048 }, 'sizeBytes 12 · rowShare null · Bytesize 2048'],
  [{ idle: 3, delayMs: 115.7, on: true }, 'idle 3 · delayMs 115.7 · on true'],
  [{ pool: { usedBytes: 2048 } }, 'pool {"usedBytes":2048}'],
  [2048, '2048'],
  [[1, 'a'], '[1,"a"]'],
])('%j stays as it is', (data, text) => {
  expect(dataText(data)).toBe(text)
})
