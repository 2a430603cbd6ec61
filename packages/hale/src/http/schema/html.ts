import type { JsonSchema } from './json-schema.ts'

/** The page; what is in it is for eyes, and no contract. */
export const htmlSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A health report as a page',
  type: 'string',
  pattern: '^<!doctype html>\\n<html [\\s\\S]+$',
} satisfies JsonSchema
