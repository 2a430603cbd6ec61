import { check, createHealth } from 'hale'
import { healthFetch } from 'hale/fetch'

const health = createHealth({
  service: { name: 'orders', version: '1.2.3' },
  checks: { database: check(() => {}) }, // such as postgres(pool)
})

// What Kubernetes calls /livez is outside of this route.
const answerHealth = healthFetch(health, { aliases: false })

async function answer(request: Request): Promise<Response> {
  return (await answerHealth(request)) ?? new Response('Not Found', { status: 404 })
}

export {
  answer as DELETE,
  answer as GET,
  answer as HEAD,
  answer as OPTIONS,
  answer as PATCH,
  answer as POST,
  answer as PUT,
}

// Each time anew, and never at build time.
export const dynamic = 'force-dynamic'
