/**
 * Takes note of a promise that application code returned where none is looked at, such as from an asynchronous
 * listener: Node ends the process on a rejection that nobody handles.
 */
export function ignoreRejection(returned: unknown, told: (error: unknown) => void = () => {}): void {
  if (returned instanceof Promise) returned.catch(told)
}
