import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCheckRequest, decodeListRequest, encodeStatus, encodeStatuses } from './messages.ts'
import { NOT_SERVING, SERVING, type ServingStatus } from './serving-status.ts'

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)
const text = (value: string): readonly number[] => [...Buffer.from(value, 'utf8')]

describe('a request', () => {
  it.each([
    ['nothing at all is the whole server', [], ''],
    ['an empty name too', [0x0a, 0], ''],
    ['a name', [0x0a, 8, ...text('database')], 'database'],
    ['a name beyond ASCII', [0x0a, 2, ...text('é')], 'é'],
    ['a byte order mark is part of it', [0x0a, 3, 0xef, 0xbb, 0xbf], '\ufeff'],
    ['of two names the last', [0x0a, 1, ...text('a'), 0x0a, 1, ...text('b')], 'b'],
    ['a length in more bytes than it needs', [0x0a, 0x81, 0x00, ...text('a')], 'a'],
    ['fields of later versions are skipped: a number', [0x10, 0x96, 0x01, 0x0a, 1, ...text('a')], 'a'],
    ['a fixed number of eight bytes', [0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x0a, 1, ...text('a')], 'a'],
    ['one of four', [0x15, 1, 2, 3, 4, 0x0a, 1, ...text('a')], 'a'],
    ['text', [0x1a, 2, ...text('zz'), 0x0a, 1, ...text('a')], 'a'],
    ['a group, whatever is in it', [0x1b, 0x0a, 1, ...text('z'), 0x1c, 0x0a, 1, ...text('a')], 'a'],
    ['a name that is a number is no name', [0x08, 5], ''],
    ['the longest number', [0x10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], ''],
  ])('%s', (_what, given, name) => {
    expect(decodeCheckRequest(bytes(...given))).toEqual({ service: name })
    expect(decodeListRequest(bytes(...given))).toEqual({})
  })

  it.each([
    ['a name that is cut off', [0x0a, 5, ...text('ab')]],
    ['a length that is cut off', [0x0a, 0x80]],
    ['a length beyond all bounds', [0x0a, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
    ['a number of eleven bytes', [0x10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
    ['field 0', [0x02, 0]],
    ['a type that there is not', [0x0e]],
    ['a group that does not end', [0x0b]],
    ['a group that did not begin', [0x0c]],
    ['a group that ends another', [0x0b, 0x14]],
    ['groups without end', new Array(101).fill(0x0b)],
    ['a fixed number that is cut off', [0x11, 1, 2]],
  ])('throws on %s', (_what, given) => {
    expect(() => decodeCheckRequest(bytes(...given))).toThrow(Error)
    expect(() => decodeListRequest(bytes(...given))).toThrow(Error)
  })

  it('of four megabytes of names is one name, found without keeping the others', () => {
    const names = Buffer.alloc(4 * 1024 * 1024 - 2).fill(Buffer.from([0x0a, 0]))
    let kept = 0
    const counted = Object.assign(Buffer.concat([names, Buffer.from([0x0a, 1, 0x61])]), {
      subarray(this: Buffer, from: number, to: number) {
        kept++
        return Buffer.prototype.subarray.call(this, from, to)
      },
    })
    expect(decodeCheckRequest(counted)).toEqual({ service: 'a' })
    expect(kept).toBe(1)
  })

  it('throws on text that is no UTF-8, as proto3 wants it', () => {
    expect(() => decodeCheckRequest(bytes(0x0a, 2, 0xc3, 0x28))).toThrow(TypeError)
  })

  it('is read or refused whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (given) => {
        try {
          expect(typeof decodeCheckRequest(given).service).toBe('string')
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('is read back whatever the name is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (service) => {
        const name = text(service)
        const length = name.length > 127 ? [0x80 | (name.length & 127), name.length >> 7] : [name.length]
        expect(decodeCheckRequest(bytes(0x0a, ...length, ...name))).toEqual({ service })
      }),
    )
  })
})

describe('a response', () => {
  it('of Check and Watch is one number', () => {
    expect([...encodeStatus(SERVING)]).toEqual([0x08, 1])
    expect([...encodeStatus(NOT_SERVING)]).toEqual([0x08, 2])
  })

  it('of List is an entry for each name', () => {
    const statuses = new Map<string, ServingStatus>([
      ['', SERVING],
      ['db', NOT_SERVING],
    ])
    expect([...encodeStatuses(statuses)]).toEqual([
      ...[0x0a, 6, 0x0a, 0, 0x12, 2, 0x08, 1],
      ...[0x0a, 8, 0x0a, 2, ...text('db'), 0x12, 2, 0x08, 2],
    ])
    const long = [...encodeStatuses(new Map([['n'.repeat(200), SERVING]]))]
    expect(long.slice(0, 6)).toEqual([0x0a, 207, 1, 0x0a, 200, 1])
  })
})
