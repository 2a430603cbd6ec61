import { connect } from 'node:net'

/** Whether a port of 127.0.0.1 accepts connections, for who waits for a server to be ready. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
