export type { OpenApiDocument } from './document.ts'
export { type MergeableDocument, mergeOpenApi } from './merge-open-api.ts'
export { toOpenApi } from './to-open-api.ts'
