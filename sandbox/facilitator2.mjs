import { InMemoryPendingSettlementStore, x402Facilitator } from '@x402/core/facilitator'
import { isPaymentPayloadV2, isPaymentRequirementsV2 } from '@x402/core/schemas'
import { toFacilitatorEvmSigner } from '@x402/evm'
import { ExactEvmScheme } from '@x402/evm/exact/facilitator'
import { NETWORKS } from './chain.mjs'

/**
 * The official facilitator of version 2.
 * @param {number} chainId
 * @param {string[]} eip6492AllowedFactories the contracts by which it deploys smart accounts that pay
 */
export function createFacilitator2(chainId, eip6492AllowedFactories) {
  const { caip2: network, tokens } = NETWORKS[chainId]
  const pendingSettlementStore = new InMemoryPendingSettlementStore()
  const official = (signer) =>
    new x402Facilitator().register(
      network,
      new ExactEvmScheme(signer, { pendingSettlementStore, eip6492AllowedFactories }),
    )
  return {
    kind: { x402Version: 2, scheme: 'exact', network },
    async verify({ paymentPayload, paymentRequirements }, wallet) {
      if (!fits(paymentPayload, paymentRequirements)) return { isValid: false, invalidReason: 'invalid_payload' }
      return official(signerOf(wallet, tokens)).verify(paymentPayload, paymentRequirements)
    },
    async settle({ paymentPayload, paymentRequirements }, wallet, fault) {
      if (!fits(paymentPayload, paymentRequirements))
        return { success: false, transaction: '', network, errorReason: 'invalid_payload' }
      const signer = signerOf(wallet, tokens)
      return official(fault?.name === 'settle-pending' ? impatient(signer) : signer).settle(
        paymentPayload,
        paymentRequirements,
      )
    },
  }
}

const fits = (payload, requirements) => isPaymentPayloadV2(payload) && isPaymentRequirementsV2(requirements)

function signerOf(wallet, tokens) {
  const addresses = Object.values(tokens).map(({ address }) => address)
  return toFacilitatorEvmSigner({
    ...wallet,
    address: wallet.account.address,
    // The scheme of @x402/evm 2.27.0 looks at the token in the background and handles no rejection of that where it
    // refuses a payment for another reason: with the chain down, Node would end.
    getCode: ({ address }) => {
      const code = wallet.getCode({ address })
      return addresses.includes(address) ? code.catch(() => undefined) : code
    },
  })
}

/**
 * Settles, but gives up before it knows: the facilitator itself then says `settlement_pending`, and again when it is
 * asked again.
 */
function impatient(signer) {
  return {
    ...signer,
    async waitForTransactionReceipt(transaction) {
      await signer.waitForTransactionReceipt(transaction)
      throw new Error('timed out while waiting for the transaction to be confirmed')
    },
  }
}
