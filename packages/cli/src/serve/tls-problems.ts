import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { ServeDefinition } from '../definition/definition.ts'

/** What is wrong with the certificate and its key; nothing of them is shown. */
export function tlsProblems({ tls }: ServeDefinition): readonly string[] {
  if (tls === undefined) return []
  const cert = tried(() => new X509Certificate(tls.cert))
  const key = tried(() => createPrivateKey(tls.key))
  const problems: string[] = []
  if (cert === undefined) problems.push('serve.tls.cert: not a certificate as PEM')
  if (key === undefined)
    problems.push('serve.tls.key: not a private key as PEM, or one with a passphrase; give one without')
  if (cert !== undefined && key !== undefined && !cert.checkPrivateKey(key))
    problems.push('serve.tls.key: not the key of this certificate')
  return problems
}

function tried<Made>(make: () => Made): Made | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
