import { Readable } from 'node:stream'
import { createProxy } from 'imagine-x402/proxy'

const proxy = createProxy({ target: 'https://eliza.getimagine.club' })

/** For `app.use('/api/imagine', imagine)`, before anything that reads bodies, such as `express.json()`. */
export async function imagine(req, res) {
  const { method, headers, originalUrl, protocol } = req
  const leaving = new AbortController()
  res.once('close', () => leaving.abort())
  const body = ['GET', 'HEAD'].includes(method) ? {} : { body: Readable.toWeb(req), duplex: 'half' }
  const url = new URL(originalUrl, `${protocol}://${headers.host}`)
  const answer = await proxy(new Request(url, { method, headers, signal: leaving.signal, ...body }))
  res.writeHead(answer.status, Object.fromEntries(answer.headers))
  if (!answer.body) return res.end()
  Readable.fromWeb(answer.body)
    .on('error', () => res.destroy())
    .pipe(res)
}
