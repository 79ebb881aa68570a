// A server component, which asks for a price whenever the page is asked for.
import { ask } from '../ask.js'
import Buyer from './buyer.jsx'

export const dynamic = 'force-dynamic'

export default async function Page() {
  return (
    <>
      <output>{JSON.stringify(await ask())}</output>
      <Buyer />
    </>
  )
}
