import { Hono } from 'hono'
import { createProxy } from 'imagine-x402/proxy'

const proxy = createProxy({ target: 'https://eliza.getimagine.club' })

const app = new Hono()
app.all('/api/imagine/*', (context) => proxy(context.req.raw))

export default app
