// What an example in the documentation may use without declaring it: things that every service has.
// A block that declares one of these names itself means its own.
import type { Express } from 'express'
import type { Health } from 'hale'
import type { Pool } from 'pg'

declare global {
  const health: Health
  const pool: Pool
  const redis: { ping(): Promise<string> }
  const app: Express
  const models: (() => Promise<void>)[]
  const cache: { warm(): Promise<void> }
}
