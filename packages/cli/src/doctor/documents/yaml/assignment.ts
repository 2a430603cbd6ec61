/** How HCL, Bicep and TOML state a key of a map. */
export function assignment(key: string, value: string): string {
  return `${key} = ${literal(value)}`
}

/** A value as it stands there: what is neither a number nor a truth is in quotes. */
export function literal(value: string): string {
  return /^(?:-?\d+(?:\.\d+)?|true|false)$/.test(value) ? value : JSON.stringify(value)
}
