import express from 'express'
import { parseBody } from './body.mjs'
import { isUuid } from './jobs.mjs'
import { BadOrder, readOrder } from './order.mjs'
import { readPicture, withoutPicture } from './picture.mjs'
import { priceOf } from './price.mjs'
import { paymentOf, record } from './requests.mjs'
import { cors, listen } from './server.mjs'
import { play } from './switch.mjs'

/**
 * The paid API itself.
 * @param {object} options
 * @param {Awaited<ReturnType<typeof import('./till.mjs').createTill>>} options.till
 * @param {bigint} options.basePrice in millionths of a USDC
 * @param {ReturnType<typeof import('./jobs.mjs').createJobs>} options.jobs
 * @param {ReturnType<typeof import('./wording.mjs').createWording>} options.wording
 * @param {ReturnType<typeof import('./switch.mjs').createSwitch>} options.faults
 * @param {number} options.jsonLimit bytes that a body of JSON may have
 * @param {ReturnType<typeof import('./models.mjs').createModels>} options.models
 * @param {import('./options.mjs').Options['dialect']} options.dialect
 * @param {import('./options.mjs').Options['templateData']} options.templateData
 */
export async function startSeller({
  till,
  basePrice,
  jobs,
  wording,
  faults,
  jsonLimit,
  models,
  dialect,
  templateData,
}) {
  const requests = []
  const app = express()
  app.use(
    cors({
      methods: 'GET, POST',
      allow: 'content-type, x-payment, payment-signature',
      expose: 'payment-required, payment-response, x-payment-response',
    }),
  )
  app.use(faults.meet(legOf), record(requests), play)
  app.post('/generation/create', parseBody(jsonLimit), order, pay, create)
  app.get('/generation/:taskId/status', (request, response) => {
    const { code, headers = {}, body } = wording.status(request.params.taskId)
    response.status(code).set(headers).json(body)
  })
  app.get('/generation/models', (_request, response, next) => {
    const listed = dialect === 'clawdvine' && models.listed()
    if (!listed) return next()
    response.json({ models: listed.map((id) => ({ id })) })
  })
  app.use((_request, response) => response.status(404).json({ error: 'there is nothing here' }))
  app.use((error, _request, response, _next) => {
    response.status(error.status ?? 500).json({ error: error.message })
  })

  function order(request, response, next) {
    const { log } = response.locals
    log.body = request.body
    const { seed } = request.body ?? {}
    if (meets(response, 'seed-refused') && seed !== undefined) throw new BadOrder('unknown field: seed')
    if (meets(response, 'seed-uuid-only') && seed !== undefined && !isUuid(seed))
      throw new BadOrder('seed must be a UUID')
    const { image, ...rest } = readOrder(request.body, { dialect, templateData })
    const picture = readPicture(image, request.file)
    if (picture) Object.assign(log, { image: picture, body: withoutPicture(request.body, picture) })
    response.locals.order = rest
    next()
  }

  function pay(request, response, next) {
    return till(priceOf(basePrice, response.locals.order, models.usual))(request, response, next)
  }

  function create(_request, response) {
    if (meets(response, 'handler-fails')) throw new Error('the video cannot be started')
    const { seed, ...rest } = response.locals.order
    if (meets(response, 'model-gone')) throw new BadOrder(`${rest.videoModel ?? 'sora'} is no longer available`)
    response.status(202).json({ taskId: jobs.start(response.locals.fault?.ignoresSeed ? rest : { seed, ...rest }) })
  }

  return { ...(await listen(app)), requests }
}

function legOf(request) {
  const { method, path } = request
  if (method === 'POST' && path === '/generation/create') return paymentOf(request) === undefined ? 'probe' : 'paid'
  return path.endsWith('/status') ? 'status' : undefined
}

function meets(response, name) {
  return response.locals.fault?.name === name
}
