/** The window that Rainbow's handler asks. It waits for the lock, and what it throws comes to the page as -32603. */
export function createPopup({ session, keyring, emit, decide }) {
  async function ask(type, requestData) {
    await session.untilUnlocked()
    if ((await decide({ type, origin: location.origin, requestData })) !== true)
      throw new Error('User rejected the request.')
  }

  async function connect() {
    await ask('wallet_requestPermissions', { eth_accounts: {} })
    const { selected: address, chainId } = session
    session.setAccounts([address])
    emit('connect', { address, chainId })
    return { address, chainId: Number(chainId) }
  }

  /** The address decides, not the session; params may be swapped. */
  async function signTypedData(params) {
    const [from, data] = isAddress(params[0]) ? params : [params[1], params[0]]
    await ask('eth_signTypedData', { from, data })
    return keyring.signTypedMessage({ from, data }, 'V4')
  }

  const answers = {
    eth_requestAccounts: connect,
    eth_signTypedData: signTypedData,
    eth_signTypedData_v3: signTypedData,
    eth_signTypedData_v4: signTypedData,

    async personal_sign([data, from]) {
      await ask('personal_sign', { from, data })
      return keyring.signPersonalMessage({ from, data })
    },

    /** Adds, and does not switch. */
    async wallet_addEthereumChain([{ chainId }]) {
      await ask('wallet_addEthereumChain', { chainId })
      session.knownChains.add(chainId.toLowerCase())
      return true
    },
  }

  return ({ method, params }) => {
    if (!(method in answers)) throw new Error(`the test wallet has no answer to ${method}`)
    return answers[method](params)
  }
}

const isAddress = (text) => /^0x[0-9a-f]{40}$/i.test(text)
