// @ts-check

/**
 * The line of a process that is no server: it says once that it is ready, and then answers each message with one.
 * It ends with its runner, so that none is ever left behind.
 *
 * @template Message
 * @param {unknown} ready
 * @param {(message: Message) => unknown} answer may be asynchronous
 */
export function answerRunner(ready, answer) {
  process.on('disconnect', () => process.exit())
  process.on('message', async (message) => {
    process.send?.(await answer(/** @type {Message} */ (message)))
  })
  process.send?.(ready)
}
