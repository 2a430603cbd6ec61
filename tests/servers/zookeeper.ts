import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type Program, startProgram } from './program.ts'
import { provide, type Wanted } from './provide.ts'
import { createServerDirectory } from './server-directory.ts'

export const zookeeperProgram: Wanted = {
  name: 'zookeeper',
  // Its presence says that the jar and a Java are here; it is started without it, which wants fixed directories.
  program: 'zkServer.sh',
  debianPackage: 'zookeeper',
  directories: () => ['/usr/share/zookeeper/bin'],
}

const JAR = '/usr/share/java/zookeeper.jar'
const MAIN = 'org.apache.zookeeper.server.quorum.QuorumPeerMain'

export interface ZookeeperServer extends AsyncDisposable {
  readonly port: number
  /** Freezes it (SIGSTOP): connections stay open, nothing answers. */
  stop(): void
  cont(): void
  kill(): Promise<void>
  /** Starts it again on the same port with the same data, whatever its state was. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** A ZooKeeper of the test's own on a free port of 127.0.0.1, alone. */
export async function startZookeeper(): Promise<ZookeeperServer> {
  const provision = provide(zookeeperProgram)
  if (provision.how !== 'program') throw new Error('zookeeper is not here: apt install zookeeper')
  const directory = createServerDirectory('zookeeper')
  let program: Program | undefined
  try {
    const port = await freePort()
    const file = join(directory.path, 'zoo.cfg')
    mkdirSync(join(directory.path, 'data'))
    writeFileSync(
      file,
      `tickTime=500
dataDir=${directory.path}/data
clientPort=${port}
clientPortAddress=127.0.0.1
admin.enableServer=false
4lw.commands.whitelist=srvr
`,
    )
    const start = () =>
      startProgram({
        path: 'java',
        args: ['-Xmx96m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', JAR, MAIN, file],
        cwd: directory.path,
        ready: () => serves(port),
        readyWithinMs: 40_000,
      })
    program = await start()
    const running = () => program as Program
    const close = async () => {
      await program?.kill()
      directory.remove()
    }
    return {
      port,
      stop: () => running().stop(),
      cont: () => running().cont(),
      kill: () => running().kill(),
      async restart() {
        await running().kill()
        program = await start()
      },
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await program?.kill()
    directory.remove()
    throw error
  }
}

/** `ruok` is answered before the data has been loaded, while no client is served. */
function serves(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('srvr'))
    socket.once('data', (answer) => resolve(answer.toString().includes('Mode:')))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })
}
