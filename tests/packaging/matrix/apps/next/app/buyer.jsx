'use client'
import { useEffect } from 'react'
import { generate, quote } from 'imagine-x402'

export default function Buyer() {
  useEffect(() => {
    globalThis.app = { generate, quote }
  }, [])
  return <p>Buy</p>
}
