// The tool itself: what the other wallet says, and what it leaves as it is.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { announceLiar } from './liar.mjs'
import { useWorlds } from './world.mjs'

const open = useWorlds(after)

const ask = (dapp, method, params) =>
  dapp.page.evaluate(
    async ([method, params]) => {
      const requests = [window.ethereum, globalThis.liar].map((wallet) => wallet.request({ method, params }))
      return Promise.all(requests)
    },
    [method, params],
  )

test('a wallet that lies says so of authorizations and of the time, and of nothing else', {
  timeout: 120_000,
}, async () => {
  const { sandbox, dapp } = await open()
  const state = [
    { to: sandbox.token, data: `0xe94a0102${sandbox.payer.address.slice(2).padStart(64, '0')}${'7'.repeat(64)}` },
    'latest',
  ]
  for (const used of [true, false]) {
    await dapp.page.evaluate(announceLiar, { used, aheadS: 300 })
    const [honest, lie] = await ask(dapp, 'eth_call', state)
    assert.deepEqual([BigInt(honest), BigInt(lie)], [0n, BigInt(used)])
  }
  const [{ timestamp: now }, { timestamp: later }] = await ask(dapp, 'eth_getBlockByNumber', ['latest', false])
  assert.ok(Math.abs(Number(later) - Number(now) - 300) <= 2)
  const [own, others] = await ask(dapp, 'eth_chainId', [])
  assert.equal(others, own)
  const names = await dapp.value((imagine) => imagine.wallets().then((all) => all.map(({ rdns }) => rdns)))
  assert.ok(names.includes('test.liar'), String(names))
})
