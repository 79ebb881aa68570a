// src/routes/api/imagine/[...path]/+server.js
import { createProxy } from 'imagine-x402/proxy'

const proxy = createProxy({ target: 'https://eliza.getimagine.club' })

export const GET = ({ request }) => proxy(request)
export const POST = GET
