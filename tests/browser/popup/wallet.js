/**
 * A wallet that lives in a window of its own, as Coinbase's and Base's do: the window is the browser's, opened or
 * blocked by its own rules. Behind it is the injected wallet, whose visitor agrees to everything.
 * @param mute methods that are never answered, as by a node that hangs
 */
export function popupWallet({ connected = false, mute = [] } = {}) {
  const inner = globalThis.ethereum
  const asked = []
  let isConnected = connected

  async function request({ method, params }) {
    const opens = method === 'eth_signTypedData_v4' || (method === 'eth_requestAccounts' && !isConnected)
    asked.push({ method, opens, isActive: navigator.userActivation.isActive, tasks: [...globalThis.dapp.tasks] })
    if (mute.includes(method)) return new Promise(() => {})
    if (opens) await askInWindow()
    const answer = await inner.request({ method, params })
    isConnected ||= method === 'eth_requestAccounts'
    return answer
  }

  globalThis.dapp.asked = asked
  return { request, on: inner.on.bind(inner), removeListener: inner.removeListener.bind(inner) }
}

/** The same provider; what it is asked, and that it disconnects, is written down. */
export function overhear(provider) {
  const asked = (globalThis.dapp.asked = [])
  const request = provider.request.bind(provider)
  provider.on('disconnect', () => asked.push({ method: 'disconnect' }))
  return Object.assign(provider, {
    request(question, ...rest) {
      asked.push({ method: question.method })
      return request(question, ...rest)
    },
  })
}

async function askInWindow() {
  const popup = window.open('/popup/window.html', '', 'width=420,height=540')
  if (!popup) throw (globalThis.dapp.thrown = { code: -32603, message: 'Popup window was blocked' })
  const isApproved = await new Promise((resolve) => {
    addEventListener('message', function hear({ source, data }) {
      if (source !== popup) return
      removeEventListener('message', hear)
      resolve(data.isApproved)
    })
  })
  if (!isApproved) throw { code: 4001, message: 'Request rejected' }
}
