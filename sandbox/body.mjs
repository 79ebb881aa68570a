import { Readable } from 'node:stream'
import express from 'express'
import { BadOrder } from './order.mjs'

// Room for an image as a data: URL.
const json = express.json({ limit: '25mb' })

/** Parses `request.body`: JSON, or the form with an image file that older clients of the service send. */
export const parseBody = [json, form]

async function form(request, _response, next) {
  const type = request.get('content-type') ?? ''
  if (!/^multipart\/form-data\b/i.test(type)) return next()
  try {
    const parsed = new Response(Readable.toWeb(request), { headers: { 'content-type': type } })
    request.body = Object.fromEntries(await parsed.formData())
  } catch {
    throw new BadOrder('the form cannot be read')
  }
  next()
}
