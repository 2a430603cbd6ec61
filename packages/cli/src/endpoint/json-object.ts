export type JsonObject = Readonly<Record<string, unknown>>

/** What can be looked into by name; nothing for what cannot. */
export function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {}
}
