/** A name for whatever wants a DNS label that begins with a letter, as Services of Kubernetes do; undefined for none. */
export function serviceName(name: string): string | undefined {
  const label = name
    // Of a scoped package the scope says who, not what.
    .replace(/^@[^/]+\//, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '')
  if (label === '') return undefined
  return /^[a-z]/.test(label) ? label : `s-${label}`.slice(0, 63).replace(/-+$/, '')
}
