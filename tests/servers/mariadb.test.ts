import mysql from 'mysql2/promise'
import { expect, test } from 'vitest'
import { mariadbProgram, startMariadb } from './mariadb.ts'
import { processTree } from './process-tree.mjs'
import { expectNothingLeft } from './remains.ts'
import { whenOwned } from './when-provided.ts'

async function outcome(uri: string): Promise<string> {
  try {
    const connection = await mysql.createConnection({ uri, connectTimeout: 500 })
    connection.on('error', () => {})
    const [rows] = await connection.query('select 40 + 2 as answer')
    await connection.end()
    return String((rows as [{ answer: number }])[0].answer)
  } catch (error) {
    return String((error as { code?: string }).code)
  }
}

whenOwned(mariadbProgram, 'a MariaDB of the test’s own', () => {
  test('answers, refuses, freezes, thaws, dies, comes back with its data and leaves nothing', async () => {
    await using server = await startMariadb()
    const { url, directory } = server
    expect(await outcome(url)).toBe('42')
    expect(await outcome(url.replace(server.password, 'wrong'))).toBe('ER_ACCESS_DENIED_ERROR')
    server.stop()
    expect(await outcome(url)).toBe('ETIMEDOUT')
    server.cont()
    expect(await outcome(url)).toBe('42')

    const root = () => mysql.createConnection({ socketPath: server.socketPath, user: 'root' })
    const administrator = await root()
    await administrator.query('INSERT INTO shop.probed VALUES (7)')
    await administrator.end()
    await server.kill()
    expect(await outcome(url)).toBe('ECONNREFUSED')
    await server.restart()
    expect(await outcome(url)).toBe('42')
    const again = await root()
    expect((await again.query('SELECT id FROM shop.probed'))[0]).toEqual([{ id: 7 }])
    await again.end()

    const pids = processTree(server.pid())
    await server.close()
    expectNothingLeft({ pids, directory })
  })
})
