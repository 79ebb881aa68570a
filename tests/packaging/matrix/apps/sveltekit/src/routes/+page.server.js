import { quote, status } from 'imagine-x402'

/** What needs no wallet. */
export async function load() {
  const options = { baseUrl: process.env.SERVICE }
  const { price } = await quote({ prompt: 'A paper boat' }, options)
  return { price, status: await status('nobody-knows', options) }
}
