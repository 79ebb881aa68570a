// The seller of version 2 for Next, @x402/next.
import { HTTPFacilitatorClient } from '@x402/core/server'
import { ExactEvmScheme } from '@x402/evm/exact/server'
import { withX402, x402ResourceServer } from '@x402/next'
import { NextResponse } from 'next/server'
import { accept, facilitatorUrl, payTo } from '../../../../node/shop.mjs'

const server = new x402ResourceServer(new HTTPFacilitatorClient({ url: facilitatorUrl }))
server.register('eip155:8453', new ExactEvmScheme())

const create = async (request) => NextResponse.json(accept(await request.json()), { status: 202 })

const accepts = { scheme: 'exact', price: '$1.00', network: 'eip155:8453', payTo }
export const POST = withX402(create, { accepts }, server)
