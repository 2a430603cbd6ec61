const mask = '********'
/** Shorter ones are parts of ordinary words, and taking them out would show what they are. */
const shortest = 4

/** Takes secrets out of texts, also as JSON and URLs write them. */
export class Redaction {
  #current: readonly string[] = []
  #forms: readonly string[] = []

  /** Those of the file that is served from now on; what still runs may tell of those before. */
  know(secrets: readonly string[]): void {
    const known = [...secrets, ...this.#current]
    this.#current = secrets
    const forms = known.flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
    ])
    // The longest first: a secret may hold another.
    this.#forms = [...new Set(forms)]
      .filter((form) => form.length >= shortest)
      .sort((a, b) => b.length - a.length)
  }

  get known(): readonly string[] {
    return this.#current
  }

  redact(text: string): string {
    return this.#forms.reduce((left, form) => left.replaceAll(form, mask), text)
  }
}
