/** Milliseconds that only go forward. `performance` is loaded when it is first named, with nine modules of its own. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
