'use client'
import { useEffect } from 'react'
import { generate, quote } from 'imagine-x402/url'

export default function Page() {
  useEffect(() => {
    globalThis.app = { generate, quote }
  }, [])
  return <p>Buy</p>
}
