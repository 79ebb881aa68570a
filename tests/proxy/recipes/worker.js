// A module worker, with a route such as my.app/api/imagine/*
import { createProxy } from 'imagine-x402/proxy'

const proxy = createProxy({ target: 'https://eliza.getimagine.club' })

export default {
  fetch(request, _env, context) {
    const answer = proxy(request)
    // A payment is finished even when the page has gone.
    context.waitUntil(answer)
    return answer
  },
}
