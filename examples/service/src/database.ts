import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { postgres } from 'hale/checks/postgres'
import { sqlite } from 'hale/checks/sqlite'
import Libsql from 'libsql'
import pg from 'pg'
import type { Settings } from './settings.ts'

const createTable = 'CREATE TABLE IF NOT EXISTS visits (id INTEGER PRIMARY KEY, at BIGINT NOT NULL)'

/** The service's database: what the application does with it, and the check of the very same client. */
export interface Database {
  readonly kind: 'PostgreSQL' | 'SQLite'
  readonly check: ReturnType<typeof postgres>
  /** Creates what the application needs; the service is not ready before. */
  prepare(): Promise<void>
  /** Records a visit and returns how many there have been. */
  countVisit(): Promise<number>
  close(): Promise<void>
}

/** PostgreSQL when `DATABASE_URL` is set, else an embedded SQLite database in a file. */
export function openDatabase({
  databaseUrl,
  databaseFile,
}: Pick<Settings, 'databaseUrl' | 'databaseFile'>): Database {
  return databaseUrl === undefined ? openSqlite(databaseFile ?? defaultFile()) : openPostgres(databaseUrl)
}

function openPostgres(url: string): Database {
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 2000 })
  // A pool without this listener takes the process down when the server closes an idle connection.
  pool.on('error', (error) => console.error('an idle database connection was lost:', error.message))
  return {
    kind: 'PostgreSQL',
    check: postgres(pool),
    async prepare() {
      await pool.query(createTable.replace('INTEGER', 'SERIAL'))
    },
    async countVisit() {
      await pool.query('INSERT INTO visits (at) VALUES ($1)', [Date.now()])
      const { rows } = await pool.query<{ count: string }>('SELECT count(*) FROM visits')
      return Number(rows[0]?.count)
    },
    close: () => pool.end(),
  }
}

function openSqlite(file: string): Database {
  const database = openFile(file)
  return {
    kind: 'SQLite',
    check: sqlite(database),
    async prepare() {
      database.exec(`PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 200; ${createTable}`)
    },
    async countVisit() {
      database.prepare('INSERT INTO visits (at) VALUES (?)').run(Date.now())
      const row = database.prepare('SELECT count(*) AS count FROM visits').get() as { count: number }
      return row.count
    },
    async close() {
      database.close()
    },
  }
}

function openFile(file: string): Libsql.Database {
  try {
    mkdirSync(dirname(file), { recursive: true })
    return new Libsql(file)
  } catch (cause) {
    throw new Error(
      `the database ${file} cannot be opened. Set DATABASE_FILE to a file that can be written.`,
      { cause },
    )
  }
}

function defaultFile(): string {
  return fileURLToPath(new URL('../data/service.db', import.meta.url))
}
