import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

const Item = Type.Object({ item: Type.String({ minLength: 1 }), quantity: Type.Integer({ minimum: 1 }) })
const Order = Type.Object({ id: Type.Integer(), ...Item.properties })
const NotFound = Type.Object({ error: Type.String() })

const orders = new Map([[1, { id: 1, item: 'lamp', quantity: 2 }]])

/** A typed resource: what comes in and goes out is checked against the schemas, and is documented by them. */
export const orderRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/:id',
    {
      schema: {
        tags: ['orders'],
        params: Type.Object({ id: Type.Integer() }),
        response: { 200: Order, 404: NotFound },
      },
    },
    async ({ params }, reply) => orders.get(params.id) ?? reply.code(404).send({ error: 'no such order' }),
  )

  app.post(
    '/',
    { schema: { tags: ['orders'], body: Item, response: { 201: Order } } },
    async ({ body }, reply) => {
      const order = { id: orders.size + 1, ...body }
      orders.set(order.id, order)
      return reply.code(201).send(order)
    },
  )
}
