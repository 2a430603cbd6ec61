const shortestForm = 4

/**
 * Which of the secrets a text shows: as they are, or in one of the forms in which they travel (URL-encoded, escaped
 * in JSON, base64 and whatever stands before it). Returns their indices: who reports them must not print them either.
 */
export function secretsIn(text: string, secrets: readonly string[]): readonly number[] {
  const found: number[] = []
  for (const [index, secret] of secrets.entries()) {
    const forms = [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      ...base64Forms(secret),
    ]
    if (forms.some((form) => form.length >= shortestForm && shows(text, form))) found.push(index)
  }
  return found
}

/** A number, such as a port, has to stand alone: among the digits of a time any may come up by chance. */
function shows(text: string, form: string): boolean {
  return /^\d+$/.test(form) ? new RegExp(`(?<![\\d.])${form}(?!\\d)`).test(text) : text.includes(form)
}

/** The characters that a secret yields within base64 at each of the three ways it can be aligned. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const partial = (before + bytes.length) % 3 === 0 ? 0 : 1
    return encoded.slice(Math.ceil((before * 8) / 6), encoded.length - partial)
  })
}
