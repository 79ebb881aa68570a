import { randomBytes } from 'node:crypto'
import { privateKeyToAccount } from 'viem/accounts'

const TYPES = {
  TransferWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'validAfter', type: 'uint256' },
    { name: 'validBefore', type: 'uint256' },
    { name: 'nonce', type: 'bytes32' },
  ],
}

/** Posts a creation, with a payment if there is one; `init` is for `fetch`. */
export function create({ apiUrl }, body, payment, init) {
  return fetch(`${apiUrl}/generation/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(payment && { 'x-payment': payment }) },
    body: JSON.stringify(body),
    ...init,
  })
}

/** The terms the seller asks for this body. */
export async function terms(sandbox, body) {
  const { accepts } = await (await create(sandbox, body)).json()
  return accepts[0]
}

/** Signs what the terms ask for, as a wallet would; `changes` falsify single fields of the authorization. */
export async function sign(sandbox, payer, accepted, changes) {
  const payload = await authorize(sandbox, payer, { ...accepted, amount: accepted.maxAmountRequired }, changes)
  const header = encode({ x402Version: 1, scheme: 'exact', network: accepted.network, payload })
  return { header, nonce: payload.authorization.nonce }
}

/** The authorization that the terms ask for, with the wallet's signature. */
export async function authorize(sandbox, { privateKey }, accepted, changes = {}) {
  const account = privateKeyToAccount(privateKey)
  const now = Math.floor(Date.now() / 1000)
  const authorization = {
    from: account.address,
    to: accepted.payTo,
    value: accepted.amount,
    validAfter: String(now - 600),
    validBefore: String(now + accepted.maxTimeoutSeconds),
    nonce: `0x${randomBytes(32).toString('hex')}`,
    ...changes,
  }
  const signature = await account.signTypedData({
    domain: { ...accepted.extra, chainId: sandbox.chainId, verifyingContract: accepted.asset },
    types: TYPES,
    primaryType: 'TransferWithAuthorization',
    message: authorization,
  })
  return { signature, authorization }
}

/** Asks for the terms, signs them and pays. */
export async function buy(sandbox, body, payer = sandbox.payer) {
  const { header, nonce } = await sign(sandbox, payer, await terms(sandbox, body))
  return { response: await create(sandbox, body, header), header, nonce }
}

/** What the `X-PAYMENT-RESPONSE` header says. */
export function receipt(response) {
  return decode(response.headers.get('x-payment-response'))
}

export function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64')
}

export function decode(header) {
  return JSON.parse(Buffer.from(header, 'base64'))
}
