import type { ServingStatus } from './serving-status.ts'

// The messages of grpc.health.v1 on the wire (protobuf encoding, proto3):
//   HealthCheckRequest { string service = 1 }    HealthCheckResponse { ServingStatus status = 1 }
//   HealthListRequest {}                         HealthListResponse { map<string, HealthCheckResponse> statuses = 1 }

const varint = 0
const fixed64 = 1
const lengthDelimited = 2
const groupStart = 3
const groupEnd = 4
const fixed32 = 5

/** As deep as protobuf's own parsers go. */
const deepestGroup = 100

/**
 * A HealthCheckRequest: a name, empty for the whole server. An object, because `@grpc/grpc-js` takes a request that is
 * falsy, as an empty name would be, for none.
 */
export interface CheckRequest {
  readonly service: string
}

/** Throws on bytes that are no protobuf message. */
export function decodeCheckRequest(bytes: Uint8Array): CheckRequest {
  let from = 0
  let to = 0
  readFields(bytes, (field, begin, end) => {
    if (field !== 1) return
    // The last one counts, as with any field that is no list.
    from = begin
    to = end
  })
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  return { service: decoder.decode(bytes.subarray(from, to)) }
}

/** A HealthListRequest has no fields of its own, but must be a message all the same. */
export function decodeListRequest(bytes: Uint8Array): object {
  readFields(bytes, () => {})
  return {}
}

/** A HealthCheckResponse. */
export function encodeStatus(status: ServingStatus): Buffer {
  return Buffer.from(statusBytes(status))
}

/** A HealthListResponse. */
export function encodeStatuses(statuses: ReadonlyMap<string, ServingStatus>): Buffer {
  const bytes: number[] = []
  for (const [name, status] of statuses) {
    const key = Buffer.from(name, 'utf8')
    const value = statusBytes(status)
    const entry = [...field(1), ...length(key.length), ...key, ...field(2), ...length(value.length), ...value]
    bytes.push(...field(1), ...length(entry.length), ...entry)
  }
  return Buffer.from(bytes)
}

function statusBytes(status: ServingStatus): readonly number[] {
  return [(1 << 3) | varint, status]
}

function field(number: number): readonly number[] {
  return [(number << 3) | lengthDelimited]
}

function length(value: number): readonly number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return [...bytes, rest]
}

/**
 * Calls back for each field with bytes; fields that are unknown are skipped, since later versions may add some. With
 * where they lie, not with an array: 4 MiB, as much as a stranger may send, are two million of them.
 */
function readFields(bytes: Uint8Array, found: (field: number, from: number, to: number) => void): void {
  const openGroups: number[] = []
  let at = 0

  const read = (): number => {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('the message ends within a number')
      // Beyond 53 bits it is inexact, and far beyond anything that is a length or a tag here.
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new Error('a number is longer than ten bytes')
  }
  const skip = (count: number): number => {
    const from = at
    if (count > bytes.length - at) throw new Error('the message ends within a field')
    at += count
    return from
  }

  while (at < bytes.length) {
    const tag = read()
    const number = Math.floor(tag / 8)
    if (number === 0 || number >= 2 ** 29) throw new Error('a field has a number that no field has')
    switch (tag % 8) {
      case varint:
        read()
        break
      case fixed64:
        skip(8)
        break
      case lengthDelimited: {
        const from = skip(read())
        if (openGroups.length === 0) found(number, from, at)
        break
      }
      case groupStart:
        if (openGroups.push(number) > deepestGroup) throw new Error('groups are nested too deeply')
        break
      case groupEnd:
        if (openGroups.pop() !== number) throw new Error('a group ends that did not begin')
        break
      case fixed32:
        skip(4)
        break
      default:
        throw new Error('a field is of no known type')
    }
  }
  if (openGroups.length > 0) throw new Error('the message ends within a group')
}
