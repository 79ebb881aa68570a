// Dapps that hold their wallet by viem or wagmi.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle } from './bundle.mjs'
import { at } from './calls.mjs'
import { SIGN, sameAddress, walletFor, watchRequests } from './harness.mjs'
import { ROOT, openFolder } from './package.mjs'
import { dapp, openDapp, sandbox, share, useStage } from './stage.mjs'

export const CONNECT = 'wallet_requestPermissions'
export const request = { prompt: 'A paper boat on a neon river' }

const HERE = join(ROOT, 'tests', 'browser', 'libraries', 'libraries.js')

/** @param entry the script that exports what the page is given */
export const useLibraries = (entry = HERE) =>
  useStage({
    sandbox: { stepMs: 200 },
    async prepare() {
      const file = join(share(await openFolder('libraries')).path, 'libraries.js')
      await writeFile(file, await bundle(entry))
      return { mounts: { '/libraries.js': file } }
    },
  })

/** A dapp with one wallet, whose accounts are all permitted when it is connected. */
export async function open({ accounts = [sandbox.payer], ...wallet } = {}) {
  const privateKeys = accounts.map(({ privateKey }) => privateKey)
  await openDapp({ wallet: walletFor(sandbox, { ...wallet, privateKeys }) })
  await dapp.page.waitForFunction(() => globalThis.__wallet?.setAccounts)
  if (wallet.connected) await dapp.page.evaluate(() => globalThis.__wallet.setAccounts(globalThis.__wallet.accounts))
}

/** Buys with what `hold`, which runs in the page, makes of the libraries. */
export const buyWith = (hold, args = {}) => [
  async (imagine, { request, options, hold, args }, dapp) => {
    const libraries = await import('/libraries.js')
    const wallet = await globalThis.eval(`(${hold})`)(libraries, args)
    return imagine.generate(request, { ...options, ...dapp.watch, wallet })
  },
  {
    request,
    options: at(sandbox.apiUrl),
    hold: hold.toString(),
    args: { rpcUrl: sandbox.rpcUrl, privateKey: sandbox.payer.privateKey, ...args },
  },
]

/** One payment, by the payer who has the money, after as many prompts as there are signatures. */
export async function assertPays(hold, args, { payer = sandbox.payer.address, signatures = 1 } = {}) {
  const earlier = await sandbox.payments()
  const watch = watchRequests(sandbox)
  const { receipt } = await dapp.value(...buyWith(hold, args))
  const [payment, ...others] = (await sandbox.payments()).slice(earlier.length)
  assert.deepEqual(others, [], 'one payment')
  assert.equal(payment.transaction, receipt.transaction)
  for (const from of [payment.from, receipt.payer]) assert.ok(sameAddress(from, payer), from)
  assert.equal(watch.paid().length, 1)
  assert.equal(await dapp.asked(SIGN), signatures, 'signatures asked for')
  assert.equal(dapp.user.count('eth_signTypedData'), signatures, 'prompts')
}

/** Nothing is sent to the seller with a payment, and nothing comes to it on the chain. */
export async function assertUnpaid(act) {
  const earlier = await sandbox.payments()
  const watch = watchRequests(sandbox)
  const outcome = await act(watch)
  assert.deepEqual(watch.paid(), [])
  assert.equal((await sandbox.payments()).length, earlier.length)
  return outcome
}
