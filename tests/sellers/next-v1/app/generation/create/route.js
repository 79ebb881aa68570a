// The seller of version 1 for Next, x402-next.
import { NextResponse } from 'next/server'
import { withX402 } from 'x402-next'
import { accept, facilitatorUrl, payTo } from '../../../../node/shop.mjs'

const create = async (request) => NextResponse.json(accept(await request.json()), { status: 202 })

export const POST = withX402(create, payTo, { price: '$1.00', network: 'base' }, { url: facilitatorUrl })
