import { ignoreRejection } from './ignore-rejection.ts'

/** Calls what the application gave, which hurts nobody else when it throws or its promise is rejected. */
export function callSafely(call: () => unknown, failed: (error: unknown) => void = () => {}): void {
  try {
    ignoreRejection(call(), failed)
  } catch (error) {
    failed(error)
  }
}
