import { fileURLToPath } from 'node:url'

// Without a root it takes the folder of the first lock file that it finds further up.
// biome-ignore lint/style/noDefaultExport: Next.js wants one.
export default { turbopack: { root: fileURLToPath(new URL('.', import.meta.url)) } }
