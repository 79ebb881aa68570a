// deno serve --allow-net --port 8000 deno.js
import { createProxy } from 'imagine-x402/proxy'

const proxy = createProxy({ target: 'https://eliza.getimagine.club' })

export default { fetch: (request) => proxy(request) }
