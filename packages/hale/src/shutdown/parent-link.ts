/**
 * Lets a parent process begin the shutdown over IPC, where signals do not reach or do not exist, as on Windows: by the
 * message that PM2 sends, or by going away.
 */
export function listenToParent(begin: (reason: string) => void): () => void {
  const onMessage = (message: unknown): void => {
    const type =
      typeof message === 'object' && message !== null ? (message as { type?: unknown }).type : message
    if (type === 'shutdown') begin('shutdown message')
  }
  const onDisconnect = (): void => begin('parent gone')
  // Without a parent's channel there is nothing to hear, and no reason to keep anything open.
  if (!process.connected) return () => {}
  process.on('message', onMessage).on('disconnect', onDisconnect)
  return () => void process.off('message', onMessage).off('disconnect', onDisconnect)
}
