/** Milliseconds as an ISO 8601 duration in whole seconds (RFC 3339 appendix A): `PT0S`, `PT1H0M5S`, `P1DT6H`. */
export function isoDuration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000))
  const days = Math.floor(total / 86_400)
  const time = timePart(Math.floor((total % 86_400) / 3600), Math.floor((total % 3600) / 60), total % 60)
  if (days === 0) return `PT${time === '' ? '0S' : time}`
  return time === '' ? `P${days}D` : `P${days}DT${time}`
}

// The grammar chains hours to minutes to seconds: none between the first and the last may be left out.
function timePart(hours: number, minutes: number, seconds: number): string {
  const h = hours > 0 ? `${hours}H` : ''
  const m = minutes > 0 || (hours > 0 && seconds > 0) ? `${minutes}M` : ''
  return h + m + (seconds > 0 ? `${seconds}S` : '')
}
