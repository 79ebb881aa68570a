import { ApprovalController } from '@metamask/approval-controller'
import { providerErrors } from '@metamask/rpc-errors'

const SIGNATURES = ['eth_signTypedData', 'personal_sign']

/** MetaMask's own queue of prompts, answered by `decide` where the extension would open its window. */
export function createApprovals({ messenger, origin, decide }) {
  const shown = new Set()
  const approvals = new ApprovalController({
    messenger,
    showApprovalRequest: showNew,
    typesExcludedFromRateLimiting: SIGNATURES,
  })

  function showNew() {
    for (const prompt of Object.values(approvals.state.pendingApprovals)) {
      if (shown.has(prompt.id)) continue
      shown.add(prompt.id)
      show(prompt).catch((error) => console.error('the wallet user failed to decide:', error))
    }
  }

  async function show({ id, type, origin, requestData, expectsResult }) {
    const approved = await decide({ type, origin, requestData })
    if (!approvals.has({ id })) return
    if (approved !== true) return approvals.reject(id, refusalOf(type))
    // A failure after the click reaches the page through the request itself.
    await approvals.accept(id, requestData, { waitForResult: expectsResult }).catch(() => {})
  }

  return {
    /** Opens a prompt; resolves when the user approves, throws 4001 when not, -32002 when one of its type is open. */
    ask: (type, requestData) => approvals.addAndShowApprovalRequest({ origin, type, requestData }),
  }
}

function refusalOf(type) {
  return providerErrors.userRejectedRequest(
    SIGNATURES.includes(type) ? { data: { location: 'confirmation', cause: null } } : undefined,
  )
}
