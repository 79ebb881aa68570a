// What the operator has set. Nothing else sets a limit: no message, no model, no character.
import { homedir } from 'node:os'
import { join } from 'node:path'

const RPC = { 8453: 'https://mainnet.base.org', 84532: 'https://sepolia.base.org' }

/**
 * The settings of a runtime.
 *
 * @throws an error that says which setting is missing or wrong, and never quotes the key
 */
export function settingsOf(runtime) {
  const setting = (name) => {
    const value = runtime.getSetting(name)
    return value === null || value === undefined || value === '' ? undefined : String(value)
  }
  const chainId = Number(setting('IMAGINE_CHAIN') ?? 8_453)
  const rpcUrl = setting('IMAGINE_RPC_URL') ?? RPC[chainId]
  if (rpcUrl === undefined) throw wrong('IMAGINE_RPC_URL', 'is needed for that chain')
  return {
    privateKey: keyOf(setting('IMAGINE_PRIVATE_KEY')),
    chainId,
    rpcUrl,
    budget: budgetOf(setting('IMAGINE_BUDGET')),
    maxPrice: setting('IMAGINE_MAX_PRICE'),
    baseUrl: setting('IMAGINE_SERVICE_URL'),
    // The command line's, so that both count for one budget.
    folder: setting('IMAGINE_STORE') ?? join(homedir(), '.imagine-x402'),
  }
}

function keyOf(text) {
  if (text === undefined) throw wrong('IMAGINE_PRIVATE_KEY', 'is missing')
  const digits = text.trim().replace(/^0x/, '')
  if (!/^[0-9a-f]{64}$/i.test(digits)) throw wrong('IMAGINE_PRIVATE_KEY', 'is not 64 hex digits')
  return `0x${digits}`
}

function budgetOf(text) {
  if (text === undefined) throw wrong('IMAGINE_BUDGET', 'is missing: the most for all videos, such as 10/day')
  const [amount, per, ...more] = text.split('/')
  if (per === undefined || more.length > 0) throw wrong('IMAGINE_BUDGET', 'is an amount and a period, such as 10/day')
  return { amount, per }
}

const wrong = (name, what) => new Error(`imagine-x402: the setting ${name} ${what}. Nothing can be bought.`)
