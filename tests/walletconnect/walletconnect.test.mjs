// Payments over WalletConnect: dapps' packages in a page, Reown's WalletKit on the phone, a real chain and seller.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { at } from '../browser/calls.mjs'
import { sameAddress, watchRequests } from '../browser/harness.mjs'
import { SIGNATURE } from '../situations/situations.mjs'
import { useConnectedDapps } from './dapp.mjs'
import { watchProcess } from './outside.mjs'

const TIMEOUT = { timeout: 300_000 }
const request = { prompt: 'A paper boat on a neon river' }

const WALLETS = {
  ethereumProvider: "WalletConnect's EthereumProvider",
  universalProvider: "Reown's UniversalProvider",
  viemClient: "viem's client over EthereumProvider",
  wagmiClient: "wagmi's client of its walletConnect connector",
}

const REFUSALS = [
  { code: 5000, message: 'User rejected.' },
  { code: 4001, message: 'User rejected the request.' },
]

const outside = watchProcess()
const open = useConnectedDapps()

for (const [via, name] of Object.entries(WALLETS)) {
  describe(name, TIMEOUT, () => {
    let world
    before(async () => {
      world = await open({ via })
    })

    for (const refusal of REFUSALS) {
      test(`a refusal on the phone with code ${refusal.code} is user_rejected, and nothing is paid`, async () => {
        const { dapp, user } = world
        const effects = await watch(world)
        user.answers[SIGNATURE] = refusal
        const { code, paid, retry } = await dapp.failure(...order(world))
        assert.deepEqual({ code, paid, retry }, { code: 'user_rejected', paid: 'no', retry: 'safe' })
        assert.deepEqual(await effects(), { prompts: [SIGNATURE], paid: 0, transactions: [] })
      })
    }

    test('one signature on the phone pays once, and the video comes', async () => {
      const { sandbox, dapp, user } = world
      const effects = await watch(world)
      user.answers[SIGNATURE] = true
      const { video, receipt } = await dapp.value(...order(world))
      assert.equal(video.url, `${sandbox.mediaUrl}/video.mp4`)
      assert.ok(sameAddress(receipt.payer, sandbox.payer.address))
      assert.deepEqual(await effects(), { prompts: [SIGNATURE], paid: 1, transactions: [receipt.transaction] })
    })

    test('the page requests nothing beyond this machine', () => assert.deepEqual(world.outside, []))
  })
}

test('the phone requests nothing beyond this machine', () => assert.deepEqual(outside, []))

const buy = (imagine, { request, options }) => imagine.generate(request, { ...options, wallet: globalThis.wallet })
const order = ({ sandbox }) => [buy, { request, options: at(sandbox.apiUrl) }]

/** Returns a function that counts what has happened since: on the phone, at the seller and on the chain. */
async function watch({ sandbox, user }) {
  const seller = watchRequests(sandbox)
  const prompts = user.count()
  const payments = (await sandbox.payments()).length
  return async () => ({
    prompts: user.prompts.slice(prompts).map(({ type }) => type),
    paid: seller.paid().length,
    transactions: (await sandbox.payments()).slice(payments).map(({ transaction }) => transaction),
  })
}
