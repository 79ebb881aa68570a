import { parseUnits } from 'viem'
import { accounts } from './accounts.mjs'
import { NETWORKS, startChain } from './chain.mjs'
import { startControl } from './control.mjs'
import { startFacilitator } from './facilitator.mjs'
import { createJobs } from './jobs.mjs'
import { startMedia } from './media.mjs'
import { installMulticall } from './multicall.mjs'
import { createModels } from './models.mjs'
import { offerOf } from './offer.mjs'
import { checkOptions } from './options.mjs'
import { startSeller } from './seller.mjs'
import { startStranger } from './stranger.mjs'
import { createSwitch } from './switch.mjs'
import { createTill } from './till.mjs'
import { installToken } from './token.mjs'
import { createWording } from './wording.mjs'

const DECIMALS = 6

/** The address in the service's own documentation; nobody in here has its key, nor needs it. */
const PAY_TO = '0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96'

/**
 * Starts a local Imagine: chain, token, facilitator, seller and media, all on free ports of 127.0.0.1.
 *
 * @param {Partial<import('./options.mjs').Options>} [given]
 * @returns where everything is (`apiUrl`, `rpcUrl`, `mediaUrl`, `controlUrl`, `facilitatorUrl`, `chainId`, `token`,
 *   `payTo`), who pays (`payer`, and `poor` who has ETH but none of it), what can be asked (`client`, `balanceOf`,
 *   `authorizationUsed`, `payments`, `requests`, `tasks`, and `stranger` with the requests that went astray), `fault`
 *   (lets something go wrong), `answer` (how tasks are told), `list` (which models it lists), `passTime` (lets seconds pass on the chain alone), `died`
 *   (resolves to an Error should the chain end on its own; all the rest is stopped by then), and `stop`
 */
export async function startSandbox(given) {
  const {
    chainId,
    token: tokenName,
    x402,
    price,
    stepMs,
    fail,
    fault,
    answers,
    jsonLimit,
    chainAheadS,
    factories,
    models: listed,
    dialect,
    templateData,
  } = checkOptions(given)
  const { network, caip2, tokens } = NETWORKS[chainId]
  const running = []
  const run = async (starting) => {
    const part = await starting
    running.push(part)
    return part
  }
  let stopped
  const stop = () => (stopped ??= Promise.all(running.map((part) => part.stop())).then(() => {}))

  try {
    const chain = await run(startChain(chainId, chainAheadS))
    const token = await installToken(chain, tokens[tokenName])
    await installMulticall(chain)
    const media = await run(startMedia())
    const stranger = await run(startStranger())
    const faults = createSwitch(stranger.url)
    faults.set(fault)
    const models = createModels(listed)
    const jobs = createJobs({ stepMs, fail, isSold: models.isSold, mediaUrl: media.url })
    const wording = createWording(jobs, media.files)
    wording.set(answers)
    const control = await run(startControl(faults, wording, models))
    const facilitator = await run(startFacilitator(chain, faults, factories))
    const till = await createTill({
      x402,
      network,
      caip2,
      asset: { address: token.address, decimals: DECIMALS, eip712: { name: tokens[tokenName].name, version: '2' } },
      payTo: PAY_TO,
      facilitatorUrl: facilitator.url,
      describe: () => offerOf(models.listed(), dialect),
      models,
    })
    const seller = await run(
      startSeller({
        till,
        basePrice: parseUnits(price, DECIMALS),
        jobs,
        wording,
        faults,
        jsonLimit,
        models,
        dialect,
        templateData,
      }),
    )
    return {
      apiUrl: seller.url,
      rpcUrl: chain.rpcUrl,
      mediaUrl: media.url,
      controlUrl: control.url,
      facilitatorUrl: facilitator.url,
      chainId,
      token: token.address,
      payTo: PAY_TO,
      payer: accounts.payer,
      poor: accounts.poor,
      client: chain.client,
      balanceOf: token.balanceOf,
      authorizationUsed: token.authorizationUsed,
      payments: () => token.paymentsTo(PAY_TO),
      requests: seller.requests,
      tasks: jobs.tasks,
      stranger: { url: stranger.url, requests: stranger.requests },
      fault: faults.set,
      passTime: chain.passTime,
      answer: wording.set,
      list: models.set,
      died: chain.died.then(async (error) => {
        await stop()
        return error
      }),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
