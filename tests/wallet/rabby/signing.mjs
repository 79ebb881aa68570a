import { ethErrors } from 'eth-rpc-errors'

/** Everything is checked before the prompt opens; hashing comes after it. */
export function signingMethods({ session, approvals, keyring }) {
  const typedData = (version) => ({
    async guarded([from, data]) {
      checkChain(readJson(data), session)
      checkAccount(from, session)
      await approvals.ask('eth_signTypedData', { from, data })
      return keyring.signTypedMessage({ from, data }, version)
    },
  })

  return {
    eth_signTypedData_v3: typedData('V3'),
    eth_signTypedData_v4: typedData('V4'),
    personal_sign: {
      async guarded([data, from]) {
        checkAccount(from, session)
        await approvals.ask('personal_sign', { from, data })
        return keyring.signPersonalMessage({ from, data })
      },
    },
  }
}

function readJson(data) {
  try {
    return JSON.parse(data)
  } catch {
    throw ethErrors.rpc.invalidParams('data is not a validate JSON string')
  }
}

function checkChain({ domain }, { chainId }) {
  if (domain.chainId && Number(domain.chainId) !== Number(chainId)) {
    throw ethErrors.rpc.invalidParams('chainId should be same as current chainId')
  }
}

function checkAccount(from, { permitted: [account] }) {
  if (from.toLowerCase() !== account.toLowerCase()) {
    throw ethErrors.rpc.invalidParams('from should be same as current address')
  }
}
