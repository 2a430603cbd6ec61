const texts: readonly (readonly [RegExp, string])[] = [
  [/\bcertificate has expired\b/, 'certificate expired'],
  [/\bcertificate is not yet valid\b/, 'certificate not yet valid'],
  [/\b(self[- ]signed certificate|unable to (verify|get)\b.* certificate)\b/, 'certificate not trusted'],
  [/\bHostname\/IP does not match certificate's altnames\b/, 'certificate does not match the host name'],
]

/** A safe text for what Node says of a certificate, where a client leaves no more of the error than its message. */
export function certificateText(said: string): string | undefined {
  return texts.find(([pattern]) => pattern.test(said))?.[1]
}
