import express from 'express'
import { ANSWERS } from './answers.mjs'
import { FAULTS } from './faults.mjs'
import { OptionError, checkModels } from './options.mjs'
import { cors, listen } from './server.mjs'

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/
const list = (table) => Object.entries(table).map(([name, { says }]) => ({ name, description: says }))

/** Lets people, scripts and pages on this machine switch the faults and the answers over HTTP. */
export function startControl(faults, wording, models) {
  const app = express()
  app.use(cors({ pages: LOOPBACK, methods: 'GET, PUT, POST', allow: 'content-type', expose: '' }))
  app.use(express.json())
  app.get('/faults', (_request, response) => response.json({ current: faults.current(), faults: list(FAULTS) }))
  app.route('/fault').put(changeFault).post(changeFault)
  app.get('/answers', (_request, response) => response.json({ current: wording.current(), answers: list(ANSWERS) }))
  app.route('/answers').put(changeAnswers).post(changeAnswers)
  app.get('/models', (_request, response) => response.json({ current: models.listed() }))
  app.route('/models').put(changeModels).post(changeModels)
  app.use((_request, response) =>
    response.status(404).json({ error: 'there are GET /faults, PUT /fault, and GET and PUT of /answers and /models' }),
  )
  app.use((error, _request, response, _next) => {
    response.status(error instanceof OptionError ? 400 : (error.status ?? 500)).json({ error: error.message })
  })

  function changeFault({ body }, response) {
    const { fault, times, delayMs } = body ?? {}
    faults.set(fault, { times, delayMs })
    response.json({ current: faults.current() })
  }

  function changeAnswers({ body }, response) {
    wording.set(body?.answers)
    response.json({ current: wording.current() })
  }

  function changeModels({ body }, response) {
    models.set(checkModels(body?.models))
    response.json({ current: models.listed() })
  }

  return listen(app)
}
