/**
 * `works` of a subject with no client that would have to connect again, since each run does, or asks nobody: after
 * `heal` the check must be UP within one age of its result.
 */
export function nothingToConnect(): void {}
