// A worker at the edge that asks for a price and looks at a task, or says why it cannot.
import { quote, status } from 'imagine-x402'

export default {
  async fetch(request) {
    const baseUrl = new URL(request.url).searchParams.get('service')
    try {
      const { price } = await quote({ prompt: 'A paper boat' }, { baseUrl })
      return Response.json({ price, status: await status('nobody-knows', { baseUrl }) })
    } catch ({ code, paid }) {
      return Response.json({ code, paid })
    }
  },
}
