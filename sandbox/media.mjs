import { fileURLToPath } from 'node:url'
import express from 'express'
import { cors, listen } from './server.mjs'

const FOLDER = fileURLToPath(new URL('media', import.meta.url))

/** Serves the video and its cover from an origin of their own, as the real service does. */
export function startMedia() {
  const app = express()
  app.use(cors({ methods: 'GET, HEAD', allow: 'range', expose: 'accept-ranges, content-length, content-range' }))
  app.get(['/video.mp4', '/cover.jpg'], (request, response) => {
    response.sendFile(request.path, { root: FOLDER })
  })
  return listen(app)
}
