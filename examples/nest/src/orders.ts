import { Controller, Get, Injectable, Module, NotFoundException, Param } from '@nestjs/common'
import { type CheckContext, up } from 'hale'
import { HealthIndicator, HealthService } from 'hale/nest'

@Injectable()
class Orders {
  readonly #orders = new Map([['1', { id: '1', item: 'lamp' }]])
  readonly #health: HealthService

  constructor(health: HealthService) {
    this.#health = health
  }

  /** A check of this provider's own: beneath /health/orders, and part of readiness. */
  @HealthIndicator('orders', { timeoutMs: 200 })
  async answers({ signal }: CheckContext) {
    signal.throwIfAborted()
    return up('open', { orders: this.#orders.size })
  }

  /** While the check says that orders are DOWN, this fails at once instead of waiting for them. */
  find(id: string) {
    return this.#health.circuit('orders').run(() => this.#orders.get(id))
  }
}

@Controller('orders')
class OrdersController {
  readonly #orders: Orders

  constructor(orders: Orders) {
    this.#orders = orders
  }

  @Get(':id')
  async find(@Param('id') id: string) {
    const order = await this.#orders.find(id)
    if (order === undefined) throw new NotFoundException('no such order')
    return order
  }
}

@Module({ controllers: [OrdersController], providers: [Orders] })
export class OrdersModule {}
