// Among `pages`: with a route of its edge runtime in `app`, Next 16.4 fails to build by webpack, whatever the route
// does.
import { ask } from '../../ask.js'

export const config = { runtime: 'edge' }

export default async function edge() {
  return new Response(`<output>${JSON.stringify(await ask())}</output>`, { headers: { 'content-type': 'text/html' } })
}
