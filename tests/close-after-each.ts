import { afterEach } from 'vitest'

/** A list of what each test leaves to be closed: it is called after it, the last first, and awaited. */
export function closeAfterEach(): (() => unknown)[] {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })
  return closing
}
