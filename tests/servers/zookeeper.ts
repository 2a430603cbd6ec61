import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'
import type { Wanted } from './provide.ts'

export const zookeeperProgram: Wanted = {
  name: 'zookeeper',
  // Its presence says that the jar and a Java are here; it is started without it, which wants fixed directories.
  program: 'zkServer.sh',
  debianPackage: 'zookeeper',
  directories: () => ['/usr/share/zookeeper/bin'],
}

const JAR = '/usr/share/java/zookeeper.jar'
const MAIN = 'org.apache.zookeeper.server.quorum.QuorumPeerMain'

export interface ZookeeperServer extends OwnServer {
  readonly port: number
}

/** A ZooKeeper of the test's own on a free port of 127.0.0.1, alone. */
export async function startZookeeper(): Promise<ZookeeperServer> {
  const port = await freePort()
  const server = await startOwnServer(zookeeperProgram, ({ directory }) => {
    const file = join(directory, 'zoo.cfg')
    mkdirSync(join(directory, 'data'))
    writeFileSync(
      file,
      `tickTime=500
dataDir=${directory}/data
clientPort=${port}
clientPortAddress=127.0.0.1
admin.enableServer=false
4lw.commands.whitelist=srvr
`,
    )
    return {
      path: 'java',
      args: ['-Xmx96m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', JAR, MAIN, file],
      ready: () => serves(port),
      readyWithinMs: 40_000,
    }
  })
  return { ...server, port }
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
