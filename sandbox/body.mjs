import express from 'express'
import { BadOrder } from './order.mjs'

const FORM_LIMIT = 64 * 2 ** 20

/**
 * Parses `request.body`: JSON, or the form with an image file that older clients of the service send, whose file
 * becomes `request.file`.
 * @param {number} jsonLimit bytes; forms have a limit of their own, as at services that take big pictures as files
 *   alone
 */
export function parseBody(jsonLimit) {
  return [express.json({ limit: jsonLimit }), express.raw({ type: 'multipart/form-data', limit: FORM_LIMIT }), form]
}

async function form(request, _response, next) {
  if (!Buffer.isBuffer(request.body)) return next()
  try {
    const form = await new Response(request.body, {
      headers: { 'content-type': request.get('content-type') },
    }).formData()
    const { image, ...fields } = Object.fromEntries(form)
    request.body = fields
    if (image !== undefined) request.file = await fileOf(image)
  } catch {
    throw new BadOrder('the form cannot be read')
  }
  next()
}

/** A part without a file name is text. */
async function fileOf(part) {
  if (typeof part === 'string') return { type: 'text/plain', bytes: Buffer.from(part) }
  return { type: part.type, bytes: Buffer.from(await part.arrayBuffer()) }
}
