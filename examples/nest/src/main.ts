import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { HealthModule, HealthService } from 'hale/nest'
import { gracefulShutdown } from 'hale/shutdown'
import { OrdersModule } from './orders.ts'

@Module({
  imports: [HealthModule.forRoot({ service: { name: 'orders', version: '1.0.0' } }), OrdersModule],
})
class AppModule {}

const app = await NestFactory.create(AppModule)
app.setGlobalPrefix('api')
gracefulShutdown(app.get(HealthService), {
  servers: [app],
  drainDelayMs: Number(process.env.DRAIN_DELAY_MS ?? 5000),
})
await app.listen(process.env.PORT ?? 3000)
const { port } = app.getHttpServer().address()
console.log(`listening: http://127.0.0.1:${port} (try /api/orders/1, /health and /health/ready)`)
