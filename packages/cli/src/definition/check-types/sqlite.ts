import { statSync } from 'node:fs'
import type { SqliteCheckOptions, SqliteDatabase } from 'hale/checks/sqlite'
import { checkType } from '../check-type.ts'
import { make } from '../driver.ts'
import { needed, query, saturation, text } from '../field.ts'

type Opened = SqliteDatabase & { close(): unknown }

export const sqlite = checkType<SqliteCheckOptions>()({
  name: 'sqlite',
  summary: 'a SQLite database can be read',
  needs: 'libsql',
  orElse: ['better-sqlite3', 'node:sqlite'],
  target: { path: needed(text('The file of the database, which is opened for reading.')) },
  calls: { database: 'path' },
  options: { query: query('SELECT 1 FROM sqlite_master LIMIT 1'), ...saturation },
  async make({ path }, options, { driver }) {
    const { sqlite } = await import('hale/checks/sqlite')
    const file = new OpenFile(path, driver)
    return { check: sqlite(() => file.current(), options), close: () => file.close() }
  },
})

/** The database that is in the file now: one that was put in its place is another. */
class OpenFile {
  readonly #path: string
  readonly #driver: unknown
  #open: { readonly inode: number; readonly database: Opened } | undefined

  constructor(path: string, driver: unknown) {
    this.#path = path
    this.#driver = driver
  }

  current(): SqliteDatabase {
    const inode = inodeOf(this.#path)
    if (this.#open?.inode === inode) return this.#open.database
    this.close()
    const database = opened(this.#path, this.#driver)
    this.#open = { inode, database }
    return database
  }

  close(): void {
    this.#open?.database.close()
    this.#open = undefined
  }
}

/** Of a file that is not there: libsql would make one, whatever it is told. */
function inodeOf(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats?.isFile()) return stats.ino
  throw Object.assign(new Error('no such file'), { code: 'SQLITE_CANTOPEN' })
}

function opened(path: string, driver: unknown): Opened {
  const isNodes = typeof driver === 'object' && driver !== null && 'DatabaseSync' in driver
  const database = isNodes
    ? make<Opened>(driver, 'DatabaseSync', path, { readOnly: true })
    : make<Opened>(driver, 'default', path, { readonly: true, fileMustExist: true })
  if (isNodes) return database
  // For libsql, which knows no such option.
  database.exec('PRAGMA query_only = ON')
  return database
}
