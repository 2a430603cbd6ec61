// @ts-check

const base = { bytes: 100 * 1024, subPaths: 8 }
const bytesEachMore = 4 * 1024

/**
 * How large the packed library may be: docs/adr/0033.
 *
 * @param {{ exports?: object }} manifest
 */
export function sizeBudget(manifest) {
  // package.json is no code.
  const subPaths = Object.values(manifest.exports ?? {}).filter((target) => typeof target === 'object').length
  return { subPaths, mostBytes: base.bytes + bytesEachMore * Math.max(0, subPaths - base.subPaths) }
}
