import { ethErrors } from 'eth-rpc-errors'

/** Prompts that wait their turn. Any other prompt stands alone: it refuses company, as if the user had refused. */
const QUEUED = new Set(['eth_signTypedData', 'personal_sign'])

export function createApprovals({ origin, decide }) {
  const open = []
  let lastAnswer = Promise.resolve()

  return {
    /** Opens a prompt; resolves when the user approves, throws 4001 when not. */
    async ask(type, requestData) {
      if (open.some((other) => !QUEUED.has(other) || !QUEUED.has(type))) {
        throw ethErrors.provider.userRejectedRequest('please request after current approval resolve')
      }
      open.push(type)
      const answer = lastAnswer.then(() => decide({ type, origin, requestData }))
      lastAnswer = answer.catch(() => {})
      try {
        if ((await answer) !== true) throw ethErrors.provider.userRejectedRequest('User rejected the request.')
      } finally {
        open.shift()
      }
    },
  }
}
