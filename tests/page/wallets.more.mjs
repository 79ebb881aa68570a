// The page with installed wallets: MetaMask's own packages, injected as its extension does it, before the sandbox's
// chain and seller.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BY_OWNER, BY_SWITCH, deploy } from '../browser/contracts.mjs'
import { walletFor } from '../browser/harness.mjs'
import { createUser } from '../browser/user.mjs'
import { announceAround } from './around.mjs'
import { meetCard } from './meet.mjs'
import { browser, site, useSite } from './site.mjs'
import { finishJob, priced, visit } from './visit.mjs'

const CONNECT = 'wallet_requestPermissions'
const SIGN = 'eth_signTypedData'
const SWITCH = 'wallet_switchEthereumChain'

useSite()

const metamask = (change) => walletFor(site.sandbox, change)

/** The page with MetaMask in it, which is chosen to pay. */
const meet = (code, button, act, { wallet = {}, answers = {}, ...more } = {}) =>
  meetCard(
    { browser, site },
    code,
    'no',
    button,
    async (page, visitor) => {
      await page.getByLabel('MetaMask').check()
      await act(page, visitor)
    },
    { wallets: [metamask(wallet)], user: createUser(answers), ...more },
  )

const buy = async (page) => (await priced(page, '1.00')).click()

async function paysAfterAll(page) {
  const { payer, balanceOf } = site.sandbox
  const had = await balanceOf(payer.address)
  await page.getByRole('button', { name: 'Try again' }).click()
  await finishJob(page, site)
  assert.equal(had - (await balanceOf(payer.address)), 1_000_000n)
}

describe('in the sandbox', () => {
  test('wallet_busy: an earlier prompt is still open', () =>
    meet(
      'wallet_busy',
      'Try again',
      async (page, { user }) => {
        await page.getByRole('button', { name: 'Connect, to see the balance' }).click()
        await user.opened(CONNECT)
        await buy(page)
      },
      {
        answers: { [CONNECT]: 'waits' },
        next: (page, { user }) => {
          user.answer(CONNECT, true)
          return paysAfterAll(page)
        },
      },
    ))

  test('wallet_locked: the account is taken away before the signature', () =>
    meet(
      'wallet_locked',
      'Try again',
      async (page) => {
        await page.locator('#advanced summary').click()
        await page.getByLabel('Launch a token').check()
        await buy(page)
        const yes = page.getByRole('button', { name: 'Buy, and launch the token' })
        await yes.waitFor()
        await page.evaluate(() => globalThis.__wallet.setAccounts([]))
        await yes.click()
      },
      { wallet: { connected: true } },
    ))

  test('wrong_network: the network is added, and the switch refused', () =>
    meet('wrong_network', 'Try again', buy, {
      wallet: { chainId: 1, knownChains: [1] },
      answers: { [SWITCH]: false },
      next: (page, { user }) => {
        user.answers[SWITCH] = true
        return paysAfterAll(page)
      },
    }))

  test('signature_expired: signed too late', () =>
    meet(
      'signature_expired',
      'Try again',
      async (page, { user }) => {
        await buy(page)
        await user.opened(SIGN)
        await page.locator('#signing-text', { hasText: /\d+ s left/ }).waitFor()
        await page.clock.fastForward(180_000)
        user.answer(SIGN, true)
      },
      {
        answers: { [SIGN]: 'waits' },
        prepare: (page) => page.clock.install(),
        next: (page, { user }) => {
          user.answers[SIGN] = true
          return paysAfterAll(page)
        },
      },
    ))

  const smart = (contract, act) => async () => {
    const account = await deploy(site.sandbox, contract)
    const around = { account, owner: site.sandbox.payer.address }
    return act(account, {
      wallets: [metamask({ connected: true })],
      prepare: (page) => page.addInitScript(announceAround, around),
    })
  }

  test(
    'bad_signature: a smart account refuses what its owner signed',
    smart(BY_SWITCH, (_account, options) =>
      meetCard(
        { browser, site },
        'bad_signature',
        'no',
        'Try again',
        async (page) => {
          await page.getByLabel('Smart account').check()
          await buy(page)
          await page.getByRole('button', { name: 'Sign with it' }).click()
        },
        options,
      ),
    ),
  )

  test(
    'a smart account is shown as one, and pays',
    smart(BY_OWNER, async (account, options) => {
      const { page, shot, faults, leave } = await visit(browser, site.url, options)
      await page.getByLabel('Smart account').check()
      await page
        .locator('#account', { hasText: 'A smart account: the library asks it whether its signature is good.' })
        .waitFor()
      await buy(page)
      await page.getByRole('button', { name: 'Sign with it' }).click()
      await finishJob(page, site)
      assert.equal(await site.sandbox.balanceOf(account), 4_000_000n)
      await shot('smart-account')
      assert.deepEqual(faults, [])
      await leave()
    }),
  )
})

describe('on Base, where a sandbox answers for the service', () => {
  const live = () => ({ url: `${site.url}?live`, service: site.sandbox })
  const ask = (page) => page.getByLabel('What should it show?').fill('A heron lands on a frozen pond')

  test('no_wallet: none is installed', () =>
    meetCard(
      { browser, site },
      'no_wallet',
      'no',
      'Look for wallets again',
      async (page) => {
        await ask(page)
        await buy(page)
      },
      live(),
    ))

  test('two are, and none was chosen: the choice is asked for in the list, without an error', async () => {
    const { url, service } = live()
    const wallets = [metamask(), { ...metamask(), vendor: 'rabby' }]
    const viewport = { width: 390, height: 844 }
    const { page, leave } = await visit(browser, url, { service, wallets, viewport })
    await ask(page)
    await buy(page)
    await page.getByText('Choose the wallet that pays.').waitFor()
    assert.equal(await page.evaluate(() => document.activeElement.type), 'radio')
    assert.equal(await page.locator('#error').isVisible(), false)
    await page.waitForFunction(() => {
      const { top, bottom } = document.querySelector('#wallet-list').getBoundingClientRect()
      return top >= 0 && bottom <= innerHeight
    })
    await page.getByLabel('MetaMask').check()
    await page.getByText('Choose the wallet that pays.').waitFor({ state: 'detached' })
    await buy(page)
    await finishJob(page, site)
    const hash = await page.locator('[data-transaction]').getAttribute('data-transaction')
    assert.equal(
      await page.getByRole('link', { name: 'See it in the explorer' }).getAttribute('href'),
      `https://basescan.org/tx/${hash}`,
    )
    assert.equal((await site.sandbox.client.getTransactionReceipt({ hash })).status, 'success')
    await page.reload()
    await page.waitForFunction(
      () => document.querySelector('#wallet-list :checked')?.closest('label').textContent === 'MetaMask',
    )
    await leave()
  })
})
