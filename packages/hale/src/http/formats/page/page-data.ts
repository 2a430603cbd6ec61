import type { Data } from '../../../core/data.ts'

/** A check's data on one line, its numbers as people read them. JSON has them as they are. */
export function dataText(data: Data): string {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return JSON.stringify(data)
  return Object.entries(data)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : readable(key, value)}`)
    .join(' · ')
}

// By the ending of its key: a number alone does not tell what it is of.
function readable(key: string, value: Data): string {
  if (typeof value !== 'number') return JSON.stringify(value)
  if (/(^|_)bytes$|Bytes$/.test(key)) return bytes(value)
  // What is more than all of it is no share as meant here.
  if (/(^|_)share$|Share$/.test(key) && value >= 0 && value <= 1) return `${short(value * 100)} %`
  return String(value)
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

/** "67.6 GiB": in the units of `df -h` and `free -h`, with which it is compared. */
function bytes(value: number): string {
  let [size, unit] = [value, 0]
  // As it is shown: 1048575 bytes are 1 MiB and not 1024 KiB.
  while (Number(short(Math.abs(size))) >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit++
  }
  return `${short(size)} ${units[unit]}`
}

/** At most one place after the point. */
function short(value: number): string {
  return String(Number(value.toFixed(1)))
}
