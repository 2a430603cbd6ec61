import { fileURLToPath } from 'node:url'
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceClientConstructor,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { check, createHealth } from 'hale'
import { addHealthService } from 'hale/grpc'
import { gracefulShutdown } from 'hale/shutdown'

const { greeter } = loadPackageDefinition(
  loadSync(fileURLToPath(new URL('../greeter.proto', import.meta.url))),
) as unknown as { greeter: { Greeter: ServiceClientConstructor } }

const health = createHealth({
  service: { name: 'greeter', version: '1.0.0' },
  checks: { database: check(() => {}) }, // such as postgres(pool)
})

const server = new Server()
server.addService(greeter.Greeter.service, {
  greet({ request }: ServerUnaryCall<{ name: string }, object>, answer: sendUnaryData<object>) {
    answer(null, { text: `hello ${request.name}` })
  },
})
addHealthService(server, health)
gracefulShutdown(health, { servers: [server], drainDelayMs: Number(process.env.DRAIN_DELAY_MS ?? 5000) })

server.bindAsync(
  `0.0.0.0:${process.env.PORT ?? 50051}`,
  ServerCredentials.createInsecure(),
  (error, port) => {
    if (error) throw error
    console.log(`greeter: grpc://127.0.0.1:${port}`)
  },
)
