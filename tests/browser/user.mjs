import { EventEmitter, once } from 'node:events'

/**
 * The person in front of the wallet. `answers[type]` is true, false, or 'waits': the prompt stays open until `answer`;
 * or a list of these, one for each prompt. Types: wallet_requestPermissions, wallet_switchEthereumChain,
 * wallet_addEthereumChain, eth_signTypedData.
 */
export function createUser(answers = {}) {
  const prompts = []
  const open = new Map()
  const arrivals = new EventEmitter()

  function decide(prompt) {
    const said = answers[prompt.type] ?? true
    const answer = Array.isArray(said) ? said.shift() : said
    const decision = answer === 'waits' ? new Promise((resolve) => open.set(prompt.type, resolve)) : answer
    prompts.push(prompt)
    arrivals.emit(prompt.type)
    return decision
  }

  return {
    answers,
    prompts,
    decide,
    /** How often a prompt of this type (or any prompt) was shown. */
    count: (type) => prompts.filter((prompt) => !type || prompt.type === type).length,
    opened: (type) => (open.has(type) ? Promise.resolve() : once(arrivals, type)),
    answer(type, approved) {
      open.get(type)(approved)
      open.delete(type)
    },
  }
}
