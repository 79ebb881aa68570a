import type { Eip1193Provider } from 'imagine-x402'
import type { TestWallet } from 'imagine-x402/testing'
import type { MockScenario } from './mock-scenarios'
import { askToSign, type TypedData } from './sign-dialog'

type Request = { method: string; params?: unknown }

/** The test wallet, in front of which the visitor sits, bent as the scenario says. */
export function mockWallet(wallet: TestWallet, scenario: () => MockScenario | undefined): Eip1193Provider {
  const answer = async (request: Request): Promise<unknown> => {
    const bent = scenario()?.wallet?.[request.method]
    if (request.method === 'eth_signTypedData_v4') {
      const [, data] = request.params as [string, string]
      if (!bent && !(await askToSign(JSON.parse(data) as TypedData))) throw refusal()
    }
    return bent ? bent(request.params) : wallet.request(request)
  }
  return { request: answer }
}

const refusal = () => Object.assign(new Error('User rejected the request.'), { code: 4001 })
