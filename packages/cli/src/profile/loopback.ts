/** Whether what listens there is reached on the same machine, in the same container or pod, and from nowhere else. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost\.?|(?:::ffff:)?127(?:\.\d{1,3}){3}|::1)$/i.test(host)
}
