/**
 * `npm run sellers:table`: buys from every kind of seller, in both versions of x402, with every kind of payer, in
 * Chromium and on the real chain, and writes what came of it to TABLE.md. It ends with an error if any of them was not
 * paid, once and by the right account. The Rust seller is built first, which takes some minutes the first time.
 */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { buildAxum, startAxum } from '../../sandbox/axum.mjs'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { at, generate } from '../browser/calls.mjs'
import { BY_OWNER, BY_SWITCH, LONG, delegate, deploy, ownBy, payFrom, switchOn } from '../browser/contracts.mjs'
import { SIGN, openStage, sameAddress, walletFor } from '../browser/harness.mjs'

const SELLERS = {
  'x402-express 1.2.0': { x402: 1 },
  '@x402/express 2.27.0': { x402: 2 },
  'both of them on one address': { x402: 'both' },
  'the hybrid that the sister service documents (ours)': { x402: 'hybrid' },
  'x402-axum 2.0.2, version 1': { x402: 1, axum: 1 },
  'x402-axum 2.0.2, version 2': { x402: 2, axum: 2 },
}

const PAYERS = {
  'plain account': async ({ payer }) => ({ account: payer.address }),
  'smart account, key of its owner': async (sandbox) => ({ account: await deploy(sandbox, BY_OWNER) }),
  'smart account, signature of 320 bytes': async (sandbox) => {
    const account = await deploy(sandbox, BY_SWITCH)
    await switchOn(sandbox, account)
    return { account, signature: LONG }
  },
  'plain account with a delegate (EIP-7702)': async (sandbox) => {
    await delegate(sandbox, sandbox.payer.address, await deploy(sandbox, BY_OWNER))
    await ownBy(sandbox, sandbox.payer.address)
    return { account: sandbox.payer.address }
  },
}

async function run(stage, { x402, axum }, payerOf) {
  const sandbox = await startSandbox({ stepMs: 100, x402 })
  const seller = axum && (await startAxum(sandbox, axum))
  const dapp = await stage.openDapp({ wallet: walletFor(sandbox) })
  try {
    const { account, signature } = await payerOf(sandbox)
    const order = { request: { prompt: 'a cat surfs' }, options: at(seller?.url ?? sandbox.apiUrl) }
    const isOwn = account === sandbox.payer.address
    const call = isOwn ? [generate, order] : [payFrom, { ...order, account, signature, owner: sandbox.payer.address }]
    const { value, error } = await dapp.run(...call)
    const payments = await sandbox.payments()
    if (error) {
      assert.deepEqual([error.paid, payments.length], ['no', 0], error.message)
      return `\`${error.code}\`, not paid`
    }
    assert.ok(value.video.url)
    assert.deepEqual(
      [payments.length, payments[0].value, sameAddress(payments[0].from, account)],
      [1, 1_000_000n, true],
    )
    assert.ok((await dapp.asked(SIGN)) <= 1)
    assert.ok([undefined, payments[0].transaction].includes(value.receipt.transaction))
    return `paid, receipt by the ${value.receipt.settled}${value.receipt.transaction ? ' with its transaction' : ''}`
  } finally {
    await dapp.close()
    await seller?.stop()
    await sandbox.stop()
  }
}

await buildAxum()
const stage = await openStage()
try {
  const rows = []
  for (const [name, seller] of Object.entries(SELLERS)) {
    const cells = []
    for (const payerOf of Object.values(PAYERS)) cells.push(await run(stage, seller, payerOf))
    rows.push(`| ${[name, ...cells].join(' | ')} |`)
    console.error(rows.at(-1))
  }
  await writeFile(
    new URL('TABLE.md', import.meta.url),
    `# Sellers

What a purchase of one dollar came to, in Chromium, with MetaMask's own packages as the wallet, Circle's own token on a local chain, and the official facilitators.
Each was paid once or not at all. Made by \`npm run sellers:table\`.

| seller | ${Object.keys(PAYERS).join(' | ')} |
| --- |${' --- |'.repeat(Object.keys(PAYERS).length)}
${rows.join('\n')}
`,
  )
} finally {
  await stage.close()
}
