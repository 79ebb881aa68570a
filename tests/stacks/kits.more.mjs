// Dapps of RainbowKit and AppKit, in which the visitor connects the wallet of the page: what their hooks hold is passed
// to `generate`. Requests of the kits' own (lists of wallets, settings, pictures, telemetry) do not leave this machine.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { at } from '../browser/calls.mjs'
import { SIGN, sameAddress, walletFor, watchRequests } from '../browser/harness.mjs'
import { CONNECT, request } from '../browser/libraries.mjs'
import { dapp, openDapp, sandbox, useStage } from '../browser/stage.mjs'
import { bundleKits } from './kits.mjs'

const TIMEOUT = { timeout: 300_000 }
const SIGNATURE = 'eth_signTypedData'
const HELD = ['useWalletClient().data', 'the connector', 'connector.getProvider()']
const NOTHING = { signatures: 0, prompts: [], paid: 0, payments: [] }

/** Opens the kit's window and chooses a wallet there. */
const CONNECTS = {
  async rainbowkit(page, option) {
    await page.getByTestId('rk-connect-button').click()
    await page.getByTestId(`rk-wallet-option-${option}`).click()
    await page.getByTestId('rk-account-button').waitFor()
  },
  async appkit(page, option) {
    await page.locator('appkit-button').click()
    await page.getByTestId(`wallet-selector-${option}`).click()
    await page.locator('appkit-account-button').waitFor()
  },
}

const DAPPS = {
  'RainbowKit over wagmi 2': {
    kit: 'rainbowkit',
    vendor: 'rabby',
    option: 'io.rabby',
    connector: 'io.rabby',
  },
  'AppKit over wagmi 3': {
    kit: 'appkit',
    vendor: 'metamask',
    option: 'io.metamask',
    connector: 'io.metamask',
  },
}

useStage({ sandbox: { stepMs: 200 }, prepare: bundleKits, whenOver: () => {} })

for (const [name, { kit, vendor, option, connector }] of Object.entries(DAPPS)) {
  describe(name, TIMEOUT, () => {
    before(() => open(kit, { vendor, connector }))

    for (const held of HELD) {
      test(`${held} is no_wallet before the visitor connects, and the wallet on the page is not asked`, async () => {
        const { outcome, effects } = await buyWith(held)
        const { code, paid, message } = outcome.error
        assert.deepEqual([code, paid], ['no_wallet', 'no'])
        assert.match(message, /no wallet yet/)
        assert.deepEqual(effects, NOTHING)
      })
    }

    test('the visitor connects in the window of the kit', () => CONNECTS[kit](dapp.page, option))

    for (const held of HELD) {
      test(`a rejection in the wallet is user_rejected with ${held}`, async () => {
        dapp.user.answers[SIGNATURE] = false
        const { outcome, effects } = await buyWith(held)
        dapp.user.answers[SIGNATURE] = true
        const { code, paid, retry } = outcome.error
        assert.deepEqual([code, paid, retry], ['user_rejected', 'no', 'safe'])
        assert.deepEqual(effects, { ...NOTHING, signatures: 1, prompts: [SIGNATURE] })
      })

      test(`${held} pays once`, async () => assertPays(await buyWith(held), [SIGNATURE]))
    }

    if (kit === 'rainbowkit')
      test('a connector of the list that is not connected asks the visitor to connect, and pays once', async () => {
        await open(kit, { vendor, connector })
        assertPays(await buyWith('a connector that is not connected'), [CONNECT, SIGNATURE])
      })
  })
}

function assertPays({ outcome, effects }, prompts) {
  assert.equal(outcome.error, undefined, JSON.stringify(outcome.error))
  const { receipt } = outcome.value
  assert.ok(sameAddress(receipt.payer, sandbox.payer.address))
  assert.deepEqual(effects, { signatures: 1, prompts, paid: 1, payments: [receipt.transaction] })
}

async function open(kit, { vendor, connector }) {
  await openDapp({ wallet: walletFor(sandbox, { vendor }) })
  const { page } = dapp
  await page.route(
    ({ hostname }) => hostname !== '127.0.0.1',
    (route) => route.abort(),
  )
  const shop = { request, options: at(sandbox.apiUrl), rpcUrl: sandbox.rpcUrl, connector }
  await page.evaluate((shop) => Object.assign(globalThis, { shop }), shop)
  await page.addScriptTag({ type: 'module', url: `/${kit}/${kit}.js` })
  await page.getByText('Buy with').first().waitFor()
}

/** What came of a click on that button: for the page, in the wallet, at the seller and on the chain. */
async function buyWith(held) {
  const { page, user } = dapp
  const [signatures, prompts] = [await dapp.asked(SIGN), user.count()]
  const payments = (await sandbox.payments()).length
  const seller = watchRequests(sandbox)
  await page.getByText(`Buy with ${held}`, { exact: true }).click()
  const outcome = await page.evaluate(() => globalThis.shop.outcome)
  return {
    outcome,
    effects: {
      signatures: (await dapp.asked(SIGN)) - signatures,
      prompts: user.prompts.slice(prompts).map(({ type }) => type),
      paid: seller.paid().length,
      payments: (await sandbox.payments()).slice(payments).map(({ transaction }) => transaction),
    },
  }
}
