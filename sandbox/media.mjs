import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { cors, listen } from './server.mjs'

const FOLDER = fileURLToPath(new URL('media', import.meta.url))

const NAMES = { video: 'video.mp4', cover: 'cover.jpg', preview: 'preview.gif' }

/**
 * Serves the video, its cover and its preview from an origin of their own, as the real service does; gives them as
 * `files`, too.
 */
export async function startMedia() {
  const read = await Promise.all(
    Object.entries(NAMES).map(async ([what, name]) => [what, name, await readFile(path.join(FOLDER, name))]),
  )
  const app = express()
  app.use(cors({ methods: 'GET, HEAD', allow: 'range', expose: 'accept-ranges, content-length, content-range' }))
  app.get(
    Object.values(NAMES).map((name) => `/${name}`),
    (request, response) => {
      response.sendFile(request.path, { root: FOLDER })
    },
  )
  const { url, stop } = await listen(app)
  return {
    url,
    stop,
    files: Object.fromEntries(read.map(([what, name, bytes]) => [what, { url: `${url}/${name}`, bytes }])),
  }
}
