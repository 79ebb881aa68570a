import { NextResponse } from 'next/server'
import { statusOf } from '../../../../../node/shop.mjs'

export async function GET(_request, { params }) {
  const [status, body] = statusOf((await params).id)
  return NextResponse.json(body, { status })
}
