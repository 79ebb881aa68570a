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
 * @param {{ readable?: boolean }} [options] whether pages may read the files, and not only show them (CORS)
 */
export async function startMedia({ readable = true } = {}) {
  const read = await Promise.all(
    Object.entries(NAMES).map(async ([what, name]) => [what, name, await readFile(path.join(FOLDER, name))]),
  )
  const app = express()
  if (readable)
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
