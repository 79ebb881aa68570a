import express from 'express'
import { FAULTS } from './faults.mjs'
import { OptionError } from './options.mjs'
import { cors, listen } from './server.mjs'

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/
const LIST = Object.entries(FAULTS).map(([name, { says }]) => ({ name, description: says }))

/** Lets people, scripts and pages on this machine switch the faults over HTTP. */
export function startControl({ set, current }) {
  const app = express()
  app.use(cors({ pages: LOOPBACK, methods: 'GET, PUT, POST', allow: 'content-type', expose: '' }))
  app.use(express.json())
  app.get('/faults', (_request, response) => response.json({ current: current(), faults: LIST }))
  app.route('/fault').put(change).post(change)
  app.use((_request, response) => response.status(404).json({ error: 'there are GET /faults and PUT /fault' }))
  app.use((error, _request, response, _next) => {
    response.status(error instanceof OptionError ? 400 : error.status ?? 500).json({ error: error.message })
  })

  function change({ body }, response) {
    const { fault, times, delayMs } = body ?? {}
    set(fault, { times, delayMs })
    response.json({ current: current() })
  }

  return listen(app)
}
