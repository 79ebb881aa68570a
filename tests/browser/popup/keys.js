// Our stand-in for keys.coinbase.com, whose own page is closed: it speaks the protocol of the SDKs by their own code,
// and has a plain key.
import { SCWKeyManager } from '@coinbase/wallet-sdk/dist/sign/scw/SCWKeyManager.js'
import {
  decryptContent,
  encryptContent,
  exportKeyToHexString,
  importKeyFromHexString,
} from '@coinbase/wallet-sdk/dist/util/cipher.js'
import { privateKeyToAccount } from 'viem/accounts'

const { privateKey, chains } = globalThis.__account
const account = privateKeyToAccount(privateKey)
const session = new SCWKeyManager()
const dapp = new URL(location).searchParams.get('origin')
const post = (message) => opener.postMessage({ id: crypto.randomUUID(), ...message }, dapp)

const METHODS = {
  handshake: () => null,
  eth_requestAccounts: async () => {
    await approval()
    return [account.address]
  },
  wallet_connect: async () => {
    await approval()
    return { accounts: [{ address: account.address, capabilities: {} }] }
  },
  eth_signTypedData_v4: async ([, typedData]) => {
    await approval()
    return account.signTypedData(JSON.parse(typedData))
  },
}

addEventListener('message', ({ origin, data }) => {
  if (origin !== dapp) return
  if (data.event === 'selectSignerType') post({ requestId: data.id, data: 'scw' })
  if (data.content) answer(data)
})
addEventListener('beforeunload', () => post({ event: 'PopupUnload' }))
post({ event: 'PopupLoaded' })

async function answer({ id, sender, content }) {
  await session.setPeerPublicKey(await importKeyFromHexString('public', sender))
  const secret = await session.getSharedSecret()
  const { method, params } = content.handshake ?? (await decryptContent(content.encrypted, secret)).action
  const result = { value: await METHODS[method](params) }
  const encrypted = await encryptContent({ result, data: { chains } }, secret)
  post({
    requestId: id,
    sender: await exportKeyToHexString('public', await session.getOwnPublicKey()),
    content: { encrypted },
  })
  if (method !== 'handshake') close()
}

const approval = () =>
  new Promise((resolve) => {
    const approve = document.querySelector('#approve')
    approve.onclick = resolve
    approve.disabled = false
  })
