// app/api/imagine/[...path]/route.js
import { createProxy } from 'imagine-x402/proxy'

const proxy = createProxy({ target: 'https://eliza.getimagine.club' })

export { proxy as GET, proxy as POST }
